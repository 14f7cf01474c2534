/** Strings planted in every raw field a home has, which must be found nowhere beyond pseudonymize. */
export const PLANTED = {
  friendlyName: 'Omotesando-Kitchen-Kettle',
  otherName: 'Grandmothers-Bedside-Door',
  pinCode: '83917402',
  userName: 'Hanako-Canary',
  userSlot: 'slot-Yorokobi-7',
  hardware: '0x00158d00deadbee7',
  mac: 'de:ad:be:ef:ca:fe',
  vendor: 'Karakuri-Works-KK',
  model: 'KRK-9000-Canary',
  room: 'Tatami-Room-of-Taro',
  topicPart: 'upstairs-secret-wing',
  unknownField: 'unexpected-words-nobody-asked-for',
} as const;

/** The bytes by which a string could be hiding: as text, in hexadecimal and base64, and in both orders of UTF-16. */
function disguises(text: string): Buffer[] {
  const utf8 = Buffer.from(text, 'utf8');
  const utf16 = Buffer.from(text, 'utf16le');
  // Base64 depends on where the string begins in a group of three bytes; the ends of each form are left out.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), utf8])
      .toString('base64')
      .slice(4, -4),
  );
  return [
    utf8,
    Buffer.from(text.toLowerCase(), 'utf8'),
    Buffer.from(utf8.toString('hex')),
    Buffer.from(utf8.toString('hex').toUpperCase()),
    ...base64.map((form) => Buffer.from(form)),
    utf16,
    Buffer.from(utf16).swap16(),
  ];
}

/** Names of the planted strings found in these bytes, in whatever disguise. */
export function plantedIn(bytes: Buffer | string): string[] {
  const haystack = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return Object.entries(PLANTED)
    .filter(([, text]) => disguises(text).some((form) => haystack.includes(form)))
    .map(([name]) => name);
}
