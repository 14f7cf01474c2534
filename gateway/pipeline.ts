import type { Arrived } from '../devices/intake.ts';
import type { Batch } from './batch.ts';
import { closeWindows } from './close-windows.ts';
import { decide } from './consent/decide.ts';
import type { Moment } from './consent/grant.ts';
import type { Permitted } from './consent/permitted.ts';
import { forgetValue } from './forget-value.ts';
import { guarded } from './guarded.ts';
import { dropDevice, keepWindow, putDevice, putLastValue, setWindow } from './home-state.ts';
import type { Fate } from './intake/fate.ts';
import { type Interpretation, interpret, interpretEndings, type Seen } from './intake/interpret.ts';
import { minimize } from './minimize/minimize.ts';
import type { Minimized } from './minimize/minimized.ts';
import { subjectOf, windowKey } from './minimize/open-window.ts';
import { SPOKEN_FOR_BY } from './minimize/profile.ts';
import type { PipelineParts } from './parts.ts';
import { pseudonymize } from './pseudonymize/pseudonymize.ts';

/** The walk of one data point, from a message that arrived to a row in the outbox. Read it from top to bottom. */
export class Pipeline {
  readonly #parts: PipelineParts;
  /** Messages taken in since the start. */
  taken = 0;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Takes one message; resolves once everything derived from it is on disk (or nothing is: `failed`). */
  take = (arrived: Arrived): Promise<Fate> => {
    const { state, wayOut, commit } = this.#parts;
    const opening = this.#parts.opening?.();
    if (opening) return opening.then(() => this.take(arrived));
    this.taken += 1;
    const repeated = state().marks.repeated(arrived);
    if (repeated) return repeated;
    if (wayOut()?.outbox.room.isFull) return Promise.resolve('failed');

    const { promise, resolve } = Promise.withResolvers<Fate>();
    const { marks } = state();
    const batch = guarded(this.#parts, 'a message', (open) => this.#walk(arrived, open));
    if (batch.isAboutDevices) marks.note(arrived, promise);
    if (batch.operations.length > 0) batch.addAll(marks.drain());
    void commit(batch).then(resolve);
    return promise;
  };

  #walk(arrived: Arrived, batch: Batch): void {
    const { state, dialectOf, clock } = this.#parts;
    const { devices, lastValues } = state();
    const now = clock.now();
    this.#apply(interpret(arrived, { devices, lastValues, dialectOf }, now), now.ms, batch);
  }

  #apply(found: Interpretation, nowMs: number, batch: Batch): void {
    const { state, clock, refusals } = this.#parts;
    for (const device of found.gone) batch.undoing(dropDevice(state(), device));
    for (const device of found.devices) batch.undoing(putDevice(state(), device));
    for (const value of found.lastValues) putLastValue(state(), value, batch);
    for (const { device, kind } of found.forgotten) forgetValue(this.#parts, device, kind, batch);
    batch.add(...found.operations);
    for (const [reason, count] of Object.entries(found.dropped)) refusals.count(nowMs, 0, reason, count);
    if (found.devices.length + found.forgotten.length > 0) batch.afterwards(() => this.#parts.witness.changed());
    batch.isAboutDevices = found.seen.length > 0 || found.devices.length > 0;
    const moment = clock.moment();
    for (const seen of found.seen) this.#observe(seen, moment, batch);
  }

  #observe(seen: Seen, moment: Moment, batch: Batch): void {
    const { consent, history, witness } = this.#parts;
    const { observation, device } = seen;
    const place = { approved: device.approvedAtMs !== undefined, room: device.room, person: device.person };
    if (place.approved) history.remember(observation);
    batch.afterwards(() => witness.seen(observation, device));

    const decision = decide(observation, consent(), place, moment);
    if (decision.permitted.length > 0 && this.#isSpokenFor(seen)) this.#refuse(seen, 'noProfile', batch);
    else for (const permitted of decision.permitted) this.#coarsen(permitted, seen, batch);
    if (decision.refusal) this.#refuse(seen, decision.refusal, batch);
  }

  #coarsen(permitted: Permitted, seen: Seen, batch: Batch): void {
    const { state, clock, witness } = this.#parts;
    const { grant, observation } = permitted;
    const subject = subjectOf(grant, observation.device);
    const key = windowKey(grant.agreement, observation.category, observation.property, subject);

    const step = minimize(permitted, state().windows.get(key)?.window, clock.offsetS);
    if (step.refusal) this.#refuse(seen, step.refusal, batch);
    if (step.withheld) this.#parts.refusals.count(clock.now().ms, 0, step.withheld);
    for (const minimized of step.ready) this.#release(minimized, seen, batch);
    if (!step.window) return;
    const kept = { agreement: grant.agreement, window: step.window };
    batch.undoing(setWindow(state(), key, kept));
    batch.add(keepWindow(kept));
    batch.afterwards(() => witness.held(observation, grant, kept.window.endMs));
  }

  /** Whether the device says the same in another kind, which leaves instead. */
  #isSpokenFor({ observation, device }: Seen): boolean {
    const by = SPOKEN_FOR_BY[observation.property];
    if (!by) return false;
    return device.claim.kinds.includes(by) || this.#parts.state().lastValues.get(device.id, by) !== undefined;
  }

  #release(minimized: Minimized, seen: Seen | undefined, batch: Batch): void {
    const { state, wayOut, clock, witness, refusals } = this.#parts;
    const way = wayOut();
    if (!way) throw new Error('A grant exists although the hub is enrolled nowhere.');
    const { agreement, offer } = minimized.grant;

    const release = pseudonymize(minimized, way.ordinalOf(agreement), way.keys);
    if (!way.outbox.room.admits(minimized.category)) {
      refusals.count(clock.now().ms, seen?.device.id ?? 0, 'outboxFull');
      return;
    }
    batch.addAll(way.outbox.enqueue(release, clock.now().ms));
    const { epoch, subject } = release.fields();
    const used = `${agreement}|${epoch}|${subject}`;
    const { usedSubjects } = state();
    if (!usedSubjects.has(used)) {
      usedSubjects.add(used);
      batch.undoing(() => usedSubjects.delete(used));
      batch.add(['usedSubject.add', agreement, epoch, subject]);
    }
    batch.afterwards(() => witness.left(release, offer, seen?.device));
  }

  /** Closes the windows whose end has come and discards those whose grant has ended. To be called about once a second. */
  tick(): Promise<Fate> {
    const opening = this.#parts.opening?.();
    if (opening) return opening.then(() => this.tick());
    const batch = guarded(this.#parts, 'an end by itself', (open) => this.#end(open));
    batch.join(closeWindows(this.#parts, (minimized, open) => this.#release(minimized, undefined, open)));
    return batch.isEmpty ? Promise.resolve('committed') : this.#parts.commit(batch);
  }

  #end(batch: Batch): void {
    const { state, dialectOf, clock } = this.#parts;
    const { devices, lastValues } = state();
    const now = clock.now();
    for (const found of interpretEndings({ devices, lastValues, dialectOf }, now)) this.#apply(found, now.ms, batch);
  }

  #refuse({ observation, device }: Seen, reason: string, batch: Batch): void {
    const { refusals, witness } = this.#parts;
    refusals.count(observation.atMs, device.id, reason);
    batch.afterwards(() => witness.refused(observation, device, reason));
  }
}
