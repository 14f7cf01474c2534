import { LIMITS } from '../limits.ts';
import { isStreamKind } from './acts.ts';
import { type Fault, isLinkFault } from './fault.ts';

/** Names that mean a fact of the house wherever they stand. */
const FACTS = new Set(['contact', 'occupancy', 'presence', 'state', 'lock_state', 'motion', 'output']);

/** Throws RangeError, with what would be right, for a fault that cannot be. */
export function checkFault(fault: Fault): void {
  const { kind, fromMs, toMs } = fault;
  demand(isStreamKind(kind) || isLinkFault(fault), `${kind} is no fault`);
  demand(Number.isFinite(fromMs) && Number.isFinite(toMs) && toMs > fromMs, `${kind} ends after it begins`);
  if ('permille' in fault) {
    demand(isWhole(fault.permille, 0, 1000), `${kind} takes a permille from 0 to 1000`);
  }
  if (fault.kind === 'reorder') {
    demand(isWhole(fault.withinMs, 0, LIMITS.delayMostMs), `${kind} takes withinMs from 0 to ${LIMITS.delayMostMs}`);
  }
  if (fault.kind === 'delay') {
    const { leastMs, mostMs } = fault;
    demand(
      isWhole(leastMs, 0, mostMs) && isWhole(mostMs, 0, LIMITS.delayMostMs),
      `${kind} takes leastMs up to mostMs, and mostMs up to ${LIMITS.delayMostMs}`,
    );
  }
  if (fault.kind === 'chatty') {
    demand(isWhole(fault.everyMs, 1, LIMITS.delayMostMs), `${kind} takes everyMs of 1 or more`);
  }
  if (fault.kind === 'clockSkew') {
    const most = LIMITS.clockSkewMs;
    demand(isWhole(fault.byMs, -most, most), `${kind} takes byMs of at most ${most}, either way`);
  }
  if (fault.kind === 'dialectChange') {
    const facts = Object.values(fault.rename ?? {}).filter((name) => FACTS.has(name));
    demand(facts.length === 0, `${kind} cannot rename something to ${facts.join(', ')}: it would say what nobody saw`);
  }
  if (fault.kind === 'oversize') {
    demand(isWhole(fault.bytes, 1, LIMITS.payloadBytes), `${kind} takes bytes from 1 to ${LIMITS.payloadBytes}`);
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function demand(holds: boolean, sentence: string): void {
  if (!holds) {
    throw new RangeError(sentence);
  }
}
