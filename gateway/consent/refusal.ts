/** Why an observation went nowhere: the closed list that journal, portal and tests share. */
export const REFUSALS = [
  'noGrant',
  'deviceNotApproved',
  'neverLeaves',
  'notAnEvent',
  'uncertain',
  'grantExpired',
  'notYetValid',
  'outsideHours',
  'outOfScope',
  'notEveryone',
  'paused',
  'visitors',
  'legalClass',
  'levelHome',
  'noProfile',
  'clockUntrusted',
  'consentUnreadable',
  'late',
  'suppressed',
  'outboxFull',
  'fault',
] as const;

/** A reason from the closed list. */
export type Refusal = (typeof REFUSALS)[number];
