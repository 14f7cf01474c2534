import { LIMITS } from '../limits.ts';
import { progressLine, viewLines } from './lines.ts';
import { Painter, type Screen } from './painter.ts';
import type { ViewState } from './state.ts';

/** What is shown, where, and until when. */
export interface Showing {
  state(): ViewState;
  readonly screen: Screen;
  /** Whether lines are drawn again and again; otherwise a plain line comes from time to time. */
  readonly drawn: boolean;
  readonly signal: AbortSignal;
  /** Says a plain sentence as it is said without a view. */
  say(sentence: string): void;
}

/** A run that is being shown. */
export interface Shown {
  /** Says a sentence that stays, above what is drawn. */
  say(sentence: string): void;
  /** Draws a last time and gives the cursor back; also done when `signal` is aborted or the program exits. */
  end(): void;
}

/** Shows a run until its end. */
export function show(showing: Showing): Shown {
  return showing.drawn ? draw(showing) : tellNowAndThen(showing);
}

function draw({ state, screen, signal, say }: Showing): Shown {
  const painter = new Painter(screen);
  const paint = (above = ''): void => {
    const { columns, rows } = painter.size;
    painter.paint(viewLines(state(), columns, rows), above);
  };
  const timer = setInterval(paint, LIMITS.viewRedrawMs, '');
  timer.unref();
  let over = false;
  const end = (): void => {
    if (over) {
      return;
    }
    over = true;
    clearInterval(timer);
    paint();
    painter.end();
    signal.removeEventListener('abort', end);
    process.off('exit', end);
  };
  signal.addEventListener('abort', end);
  // What ends the program unforeseen must not leave a terminal without a cursor.
  process.once('exit', end);
  paint();
  return {
    say(sentence) {
      if (over) {
        say(sentence);
      } else {
        paint(`engawa sim: ${sentence}`);
      }
    },
    end,
  };
}

function tellNowAndThen({ state, say }: Showing): Shown {
  const timer = setInterval(() => say(progressLine(state())), LIMITS.progressMs);
  timer.unref();
  return { say, end: () => clearInterval(timer) };
}
