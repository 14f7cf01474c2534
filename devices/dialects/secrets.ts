/**
 * Words in a property's name that mark it as somebody's secret or identity: PINs, key-holders' slots, serial numbers,
 * addresses. Counted apart, so that the household can see that its lock says such things at all.
 */
const SECRET_WORDS = new Set(
  [
    ['pin', 'pins', 'pincode', 'code', 'codes', 'password', 'passcode', 'credential', 'credentials', 'key', 'token'],
    ['user', 'users', 'rfid', 'card', 'fingerprint', 'fingerprints', 'finger', 'face', 'source'],
    ['serial', 'adco', 'site', 'ieee', 'address', 'mac', 'ssid', 'bssid', 'ip', 'phone', 'name', 'location'],
    ['latitude', 'longitude'],
  ].flat(),
);

/** True when a property's name says that it carries a secret or an identity. */
export function isSecret(property: string): boolean {
  const known = judged.get(property);
  if (known !== undefined) return known;
  const secret = hasSecretWord(property);
  if (judged.size >= PROPERTIES_REMEMBERED) judged.clear();
  judged.set(property, secret);
  return secret;
}

/** The same few names come with every message. */
const judged = new Map<string, boolean>();
const PROPERTIES_REMEMBERED = 1_000;

function hasSecretWord(property: string): boolean {
  return property
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((part) => SECRET_WORDS.has(part));
}
