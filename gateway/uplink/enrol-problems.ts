/** What can go wrong while a hub enrols: what happened and what to do, in one sentence each. */
export const ENROL_PROBLEMS = {
  code: {
    error: 'The code is not complete or has a typing error.',
    remedy: 'Copy it again, all nine groups of four characters.',
  },
  address: {
    error: 'This is not an address of an operator.',
    remedy: 'Give the address the operator printed, beginning with https:// or http://.',
  },
  unreachable: {
    error: 'The operator cannot be reached at this address.',
    remedy: "Check the address and this home's connection to the internet, then try again.",
  },
  notABroker: {
    error: 'What answers at this address is not a data broker.',
    remedy: 'Check the address with the operator.',
  },
  fingerprint: {
    error: 'What answers at this address is not the operator that made the code.',
    remedy: 'Do not go on; ask the operator for the address and a new code by a way you trust.',
  },
  certificate: {
    error: "The operator's service key is not certified by its root key.",
    remedy: 'Do not go on; tell the operator.',
  },
  answer: {
    error: "The operator's answer is not signed by its service key.",
    remedy: 'Do not go on; tell the operator.',
  },
  malformed: { error: 'The operator did not understand the request.', remedy: 'Update the hub, then try again.' },
  unknownCode: { error: 'The operator does not know this code.', remedy: 'Ask the operator for a new code.' },
  usedCode: { error: 'This code was used by another hub.', remedy: 'Ask the operator for a new code.' },
  expiredCode: { error: 'This code is older than 24 hours.', remedy: 'Ask the operator for a new code.' },
  signature: {
    error: "The operator could not verify this hub's signature.",
    remedy: 'Try again; if it repeats, update the hub.',
  },
  tooMany: { error: 'Too many attempts were made from this home.', remedy: 'Wait some minutes, then try again.' },
  refused: { error: 'The operator refused.', remedy: 'Ask the operator why, with the time of this attempt.' },
} as const;

/** A row of ENROL_PROBLEMS. */
export type EnrolProblem = keyof typeof ENROL_PROBLEMS;

/** An enrolment that did not happen. */
export interface NotEnrolled {
  readonly ok: false;
  readonly reason: EnrolProblem;
  readonly error: string;
  readonly remedy: string;
}

/** The failure with its words. */
export function notEnrolled(reason: EnrolProblem): NotEnrolled {
  return { ok: false, reason, ...ENROL_PROBLEMS[reason] };
}

/** The problem the operator named, or `refused` for one this version does not know. */
export function problemNamed(code: string): EnrolProblem {
  return Object.hasOwn(ENROL_PROBLEMS, code) ? (code as EnrolProblem) : 'refused';
}
