import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Engawa } from './engawa.tsx';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { Inside } from './inside.tsx';
import { Outside } from './outside.tsx';
import { Scene } from './scene.tsx';
import { NoDevices } from './screens.tsx';
import { scrolling } from './scrolling.ts';
import { useWords } from './use-words.ts';

type Lane = 'inside' | 'engawa' | 'outside';
const LANES: readonly { readonly lane: Lane; readonly icon: string }[] = [
  { lane: 'inside', icon: 'inside' },
  { lane: 'engawa', icon: 'hold' },
  { lane: 'outside', icon: 'outside' },
];
const NARROW = '(max-width: 899px)';

/** True on screens too narrow for three columns; follows the screen when it turns. */
function useNarrow(): boolean {
  const narrow = useSignal(matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const follow = () => {
      narrow.value = query.matches;
    };
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [narrow]);
  return narrow.value;
}

function LaneContent({ lane }: { lane: Lane }): JSX.Element {
  const page = useHousePage();
  if (lane === 'engawa') return <Engawa />;
  if (lane === 'outside') return <Outside />;
  return (page.state.value?.devices.length ?? 0) === 0 ? <NoDevices /> : <Inside />;
}

function LaneHead({ lane, icon }: { lane: Lane; icon: string }): JSX.Element {
  const words = useWords();
  return (
    <div class="lane-head">
      <Icon name={icon} />
      <h2 id={`title-${lane}`}>{words.text(`${lane}.title`)}</h2>
      <p>{words.text(`${lane}.lead`)}</p>
    </div>
  );
}

function Column({ lane, icon }: { lane: Lane; icon: string }): JSX.Element {
  return (
    <section class={`column column-${lane}`} data-column={lane} aria-labelledby={`title-${lane}`}>
      <LaneHead lane={lane} icon={icon} />
      <div class="column-body" {...scrolling(`title-${lane}`)}>
        <LaneContent lane={lane} />
      </div>
    </section>
  );
}

function laneCount(lane: Lane, counts: { seen: number; held: number; left: number; refused: number }): number {
  if (lane === 'inside') return counts.seen;
  return lane === 'engawa' ? counts.held + counts.refused : counts.left;
}

function Tabs({ chosen, onChoose }: { chosen: Lane; onChoose(lane: Lane): void }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = LANES.findIndex((each) => each.lane === chosen);
    const next = step === undefined ? undefined : LANES[(at + step + LANES.length) % LANES.length];
    if (!next) return;
    event.preventDefault();
    onChoose(next.lane);
    document.getElementById(`tab-${next.lane}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={words.text('tabs.label')} onKeyDown={move}>
      {LANES.map(({ lane, icon }) => (
        <button
          type="button"
          role="tab"
          key={lane}
          id={`tab-${lane}`}
          class={`tab tab-${lane}`}
          aria-selected={lane === chosen}
          aria-controls={`panel-${lane}`}
          tabIndex={lane === chosen ? 0 : -1}
          onClick={() => onChoose(lane)}
        >
          <span class="tab-name">
            <Icon name={icon} />
            {words.text(`${lane}.tab`)}
          </span>
          <b>{words.number(laneCount(lane, page.counts.value))}</b>
        </button>
      ))}
    </div>
  );
}

function Narrow(): JSX.Element {
  const chosen = useSignal<Lane>('outside');
  const choose = (lane: Lane) => {
    chosen.value = lane;
  };
  return (
    <div class="house house-narrow">
      <Scene narrow />
      <Tabs chosen={chosen.value} onChoose={choose} />
      {LANES.map(({ lane, icon }) => (
        <div
          class={`column column-${lane}`}
          role="tabpanel"
          id={`panel-${lane}`}
          aria-labelledby={`tab-${lane}`}
          data-column={lane}
          hidden={lane !== chosen.value}
          key={lane}
        >
          <LaneHead lane={lane} icon={icon} />
          {lane === chosen.value && <LaneContent lane={lane} />}
        </div>
      ))}
    </div>
  );
}

function Wide(): JSX.Element {
  return (
    <div class="house">
      <Scene narrow={false} />
      <div class="columns">
        {LANES.map(({ lane, icon }) => (
          <Column lane={lane} icon={icon} key={lane} />
        ))}
      </div>
    </div>
  );
}

function Freeze(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const paused = page.paused.value;
  const act = () => {
    page.paused.value = !paused;
    if (paused) page.takeEvents([]);
  };
  return (
    <div class="freeze">
      <button type="button" class="button button-quiet" onClick={act} aria-describedby="freeze-hint">
        <Icon name={paused ? 'play' : 'pause'} />
        {words.text(paused ? 'page.resume' : 'page.pause')}
      </button>
      <span class="quiet" id="freeze-hint">
        {words.text('page.pauseHint')}
      </span>
    </div>
  );
}

/** The picture: house, veranda and garden side by side, or behind three tabs on a phone. */
export function House({ children }: { children?: ComponentChildren }): JSX.Element {
  const narrow = useNarrow();
  return (
    <>
      {children}
      {narrow ? <Narrow /> : <Wide />}
      <Freeze />
    </>
  );
}
