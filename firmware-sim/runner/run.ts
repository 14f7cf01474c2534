import type { Incident } from '../faults/fault.ts';
import type { Told } from '../message.ts';
import { capture } from '../record/capture.ts';
import { UnreadableFile } from '../replay/lines.ts';
import { faultsAt } from '../scenario/scenario.ts';
import { devicesTruth, inhabitantsTruth, messageTruth, worldTruth } from '../truth/truth.ts';
import type { Screen } from '../view/painter.ts';
import { show } from '../view/show.ts';
import { Watch } from '../view/watch.ts';
import type { DayWorld } from '../world/house.ts';
import type { SimArguments } from './arguments.ts';
import { endOf, type HomeClock, hasEnd, homeClock } from './clock.ts';
import { LineFile, UnwritableFile } from './line-file.ts';
import { offerMeter } from './offer-meter.ts';
import { publishHome } from './publish-home.ts';
import type { PublishCounts } from './publish-trace.ts';
import { type Source, sourceOf } from './sources.ts';
import { writeMessages } from './write-home.ts';

/** What a run needs from its surroundings. */
export interface Surroundings {
  realMs(): number;
  signal: AbortSignal;
  say(sentence: string): void;
  /** Where a live view, or a line now and then, says how the run stands; absent means nowhere. */
  readonly screen?: Screen;
}

/** Runs what the arguments ask for; resolves with undefined when done or stopped, or with the sentence that says why it failed. */
export async function run(asked: SimArguments, around: Surroundings): Promise<string | undefined> {
  try {
    if (asked.capture !== undefined) {
      return await captured(asked, asked.capture, around);
    }
    const truth = asked.truth === undefined ? undefined : await LineFile.open(asked.truth, '--truth');
    const problem = await (asked.out === undefined
      ? live(asked, truth, around)
      : write(asked, asked.out, truth, around));
    await truth?.end();
    return problem;
  } catch (error) {
    if (error instanceof UnreadableFile || error instanceof UnwritableFile) {
      return error.message;
    }
    throw error;
  }
}

async function captured(asked: SimArguments, topics: string, around: Surroundings): Promise<string | undefined> {
  const file = await LineFile.open(asked.out ?? '', '--out');
  const done = await capture({ ...around, url: asked.url ?? '', topics, file });
  await file.end();
  if (!done.ok) {
    return done.reason;
  }
  around.say(`${done.count} messages captured`);
  return undefined;
}

/** What happens in the home's time: messages, the OPC UA meter, or both. */
async function live(
  asked: SimArguments,
  truth: LineFile | undefined,
  around: Surroundings,
): Promise<string | undefined> {
  const { signal, realMs } = around;
  const clock = homeClock(asked.clock, realMs);
  const { opcua: address } = asked;
  if (address === undefined) {
    return publish(asked, truth, around, clock);
  }
  // Where messages are published, they tell the truth about the house.
  const worldFile = asked.url === undefined ? truth : undefined;
  const offered = await offerMeter({
    ...around,
    asked,
    address,
    clock,
    onDay: (world) => addWorld(worldFile, world, Math.floor(asked.startMs ?? asked.clock.originHomeMs)),
    room: () => worldFile?.room(),
  });
  if (!offered.ok) {
    return signal.aborted ? undefined : offered.reason;
  }
  try {
    if (asked.url !== undefined) {
      return await publish(asked, truth, around, clock);
    }
    await offered.meter.finished;
    return undefined;
  } finally {
    await offered.meter.stop();
  }
}

function addWorld(truth: LineFile | undefined, world: DayWorld, startMs: number): void {
  for (const line of truth === undefined ? [] : worldTruth(world, startMs)) {
    truth?.add(line);
  }
}

/** Publishes at the home's pace, and shows how it stands. */
async function publish(
  asked: SimArguments,
  truth: LineFile | undefined,
  around: Surroundings,
  clock: HomeClock,
): Promise<string | undefined> {
  const { screen, realMs } = around;
  const counts = { sent: 0, lost: 0 };
  const watch = new Watch({
    homeMs: clock.homeMs,
    realMs,
    speed: asked.clock.speed,
    timeZone: asked.timeZone,
    counts,
    endMs: (startMs) => (hasEnd(asked) ? endOf(asked, startMs) : undefined),
    faults: (startMs) => faultsAt(asked.faults, startMs, asked.timeZone),
  });
  const drawn = asked.view ?? screen?.isTTY === true;
  const shown = screen === undefined ? undefined : show({ ...around, screen, drawn, state: () => watch.state() });
  try {
    return await publishWatched({ asked, truth, clock, counts, watch }, { ...around, say: shown?.say ?? around.say });
  } finally {
    shown?.end();
  }
}

interface Publishing {
  readonly asked: SimArguments;
  readonly truth: LineFile | undefined;
  readonly clock: HomeClock;
  readonly counts: PublishCounts;
  readonly watch: Watch;
}

async function publishWatched(
  { asked, truth, clock, counts, watch }: Publishing,
  { signal, say, realMs }: Surroundings,
): Promise<string | undefined> {
  const beginMs = (): number => Math.floor(asked.startMs ?? clock.homeMs());
  const source = sourceOf(asked, beginMs(), say);
  const opened = await publishHome({
    url: asked.url ?? '',
    speakers: source.speakers,
    clock,
    qos: asked.qos,
    signal,
    counts,
    say,
    onOpen: (clients) => watch.opened(clients),
    messages() {
      const startMs = beginMs();
      say(`connected; the home's time is ${new Date(startMs).toISOString()}, ${asked.clock.speed} times as fast`);
      return watch.through(
        messagesOf(source, startMs, truth, (incident) => watch.incident(incident)),
        startMs,
      );
    },
    onSettled(message: Told, index: number, outcome: 'sent' | 'lost') {
      watch.settled(message, outcome);
      truth?.add(messageTruth(message, index, outcome, realMs()));
    },
    linkFaults: () => source.linkFaults(beginMs()),
    room: () => truth?.room(),
  });
  if (!opened.ok) {
    return signal.aborted ? undefined : opened.reason;
  }
  await opened.finished;
  say(`${counts.sent} messages published, ${counts.lost} lost while there was no connection`);
  return signal.aborted ? undefined : source.outcome();
}

async function write(
  asked: SimArguments,
  path: string,
  truth: LineFile | undefined,
  around: Surroundings,
): Promise<string | undefined> {
  const startMs = Math.floor(asked.startMs ?? asked.clock.originHomeMs);
  const source = sourceOf(asked, startMs, around.say);
  const file = await LineFile.open(path, '--out');
  const written = await writeMessages(file, messagesOf(source, startMs, truth), around.signal, (message, index) => {
    truth?.add(messageTruth(message, index, 'written'));
    return truth?.room();
  });
  await file.end();
  around.say(`${written} messages written`);
  return source.outcome();
}

/** The messages of a source from an instant on; what really happened goes to the ground truth on the way. */
function messagesOf(
  source: Source,
  startMs: number,
  truth: LineFile | undefined,
  onIncident: (incident: Incident) => void = () => undefined,
): Iterable<Told> | AsyncIterable<Told> {
  if (truth === undefined) {
    return source.messages(startMs, { onIncident });
  }
  const inhabitants = source.home === undefined ? [] : inhabitantsTruth(source.home);
  for (const line of [...inhabitants, ...source.speakers.flatMap(devicesTruth)]) {
    truth.add(line);
  }
  return source.messages(startMs, {
    onDay: (world) => addWorld(truth, world, startMs),
    onIncident(incident) {
      onIncident(incident);
      truth.add({ is: 'incident', ...incident });
    },
  });
}
