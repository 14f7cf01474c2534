import { LIMITS } from '../limits.ts';
import { isPlausible, KINDS, type Kind, vocabularyOf } from '../vocabulary.ts';

/** Bounds of the mapping file, each with its reason. */
export const MAPPING_LIMITS = {
  // A building controller shows some hundred values; each costs the server a monitored item.
  points: 500,
  // 500 points with long names are about 200 KB.
  fileBytes: 1024 * 1024,
  // Identifiers may have 4,096 characters by the standard; real ones have under 200.
  nodeIdCharacters: 1_024,
  // More words than states a device can be in.
  words: 64,
  // Faster than this is control, not observation; slower than an hour looks dead.
  samplingMs: [100, 3_600_000],
} as const;

const SECURITY_MODES = ['SignAndEncrypt', 'Sign'] as const;
const SECURITY_POLICIES = ['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'] as const;
const NODE_ID = /^(?:ns=\d{1,5};)?(?:i=\d{1,10}|s=.+|g=[0-9A-Fa-f-]{36}|b=[A-Za-z0-9+/=]+)$/;
const DEFAULT_SAMPLING_MS = 1_000;

/** One node of the server and what its value means. */
export interface Point {
  readonly nodeId: string;
  readonly thing: string;
  readonly kind: Kind;
  readonly factor?: number;
  readonly words?: Readonly<Record<string, number>>;
  readonly samplingMs: number;
}

/** A checked mapping file. */
export interface Mapping {
  readonly securityMode: (typeof SECURITY_MODES)[number];
  readonly securityPolicy: (typeof SECURITY_POLICIES)[number];
  readonly user?: string;
  readonly passwordFile?: string;
  readonly points: readonly Point[];
}

/** Whether a text is an address such as `opc.tcp://plc.local:4840`, without an account. */
export function isEndpoint(text: string): boolean {
  if (!URL.canParse(text) || text.length > LIMITS.topicBytes) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return protocol === 'opc.tcp:' && hostname !== '' && username === '' && password === '';
}

/** The mapping, or a sentence that names the field and what to do. */
export type MappingResult =
  | { readonly ok: true; readonly mapping: Mapping }
  | { readonly ok: false; readonly problem: string };

/** A field that cannot be used; never leaves this file. */
class Problem extends Error {}

type Fields = Readonly<Record<string, unknown>>;

/** Checks the text of a mapping file. */
export function readMapping(text: string): MappingResult {
  try {
    if (Buffer.byteLength(text) > MAPPING_LIMITS.fileBytes)
      throw new Problem(`The file is too long. Keep it under ${MAPPING_LIMITS.fileBytes} bytes.`);
    return { ok: true, mapping: mappingOf(parse(text)) };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, problem: error.message };
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('The file is no JSON. Look for a missing comma or quotation mark.');
  }
}

function mappingOf(said: unknown): Mapping {
  const names = ['securityMode', 'securityPolicy', 'user', 'passwordFile', 'points'];
  const file = fields(said, 'The file', names);
  const user = optionalText(file.user, 'user');
  const passwordFile = optionalText(file.passwordFile, 'passwordFile');
  if ((user === undefined) !== (passwordFile === undefined))
    throw new Problem('user and passwordFile belong together. Give both, or neither for an anonymous session.');
  return {
    securityMode: oneOf(file.securityMode ?? 'SignAndEncrypt', SECURITY_MODES, 'securityMode'),
    securityPolicy: oneOf(file.securityPolicy ?? 'Basic256Sha256', SECURITY_POLICIES, 'securityPolicy'),
    ...(user === undefined ? {} : { user }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
    points: pointsOf(file.points),
  };
}

function pointsOf(said: unknown): readonly Point[] {
  const { points: most } = MAPPING_LIMITS;
  if (!Array.isArray(said) || said.length === 0 || said.length > most)
    throw new Problem(`points must be a list of 1 to ${most} nodes.`);
  const points = said.map((one: unknown, index) => pointOf(one, `points[${index}]`));
  const nodes = new Set<string>();
  const meanings = new Set<string>();
  for (const [index, { nodeId, thing, kind }] of points.entries()) {
    if (nodes.has(nodeId)) throw new Problem(`points[${index}].nodeId is mapped twice. Remove one of them.`);
    const meaning = JSON.stringify([thing, kind]);
    if (meanings.has(meaning))
      throw new Problem(`points[${index}]: its thing has this kind already. Name another thing.`);
    nodes.add(nodeId);
    meanings.add(meaning);
  }
  return points;
}

function pointOf(said: unknown, at: string): Point {
  const point = fields(said, at, ['nodeId', 'thing', 'kind', 'factor', 'words', 'samplingMs']);
  const nodeId = text(point.nodeId, `${at}.nodeId`, MAPPING_LIMITS.nodeIdCharacters);
  if (!NODE_ID.test(nodeId)) throw new Problem(`${at}.nodeId must be like ns=2;s=Heating.Power or ns=2;i=1001.`);
  const kind = oneOf(point.kind, KINDS, `${at}.kind`);
  const factor = optionalNumber(point.factor, `${at}.factor`);
  const words = wordsOf(point.words, kind, `${at}.words`);
  if (factor !== undefined && words !== undefined) throw new Problem(`${at}: give factor or words, not both.`);
  if (words === undefined && vocabularyOf(kind).codes !== undefined)
    throw new Problem(`${at}.words is missing: ${kind} is a code. Say which value means which code.`);
  const samplingMs = optionalNumber(point.samplingMs, `${at}.samplingMs`) ?? DEFAULT_SAMPLING_MS;
  const [least, most] = MAPPING_LIMITS.samplingMs;
  if (samplingMs < least || samplingMs > most)
    throw new Problem(`${at}.samplingMs must be between ${least} and ${most}.`);
  return {
    nodeId,
    thing: text(point.thing, `${at}.thing`, LIMITS.thingNameCharacters),
    kind,
    ...(factor === undefined ? {} : { factor }),
    ...(words === undefined ? {} : { words }),
    samplingMs,
  };
}

function wordsOf(said: unknown, kind: Kind, at: string): Readonly<Record<string, number>> | undefined {
  if (said === undefined) return undefined;
  const entries = Object.entries(fields(said, at));
  if (entries.length === 0 || entries.length > MAPPING_LIMITS.words)
    throw new Problem(`${at} must have 1 to ${MAPPING_LIMITS.words} entries.`);
  const words: [string, number][] = entries.map(([word, code]) => {
    if (typeof code !== 'number' || !isPlausible(kind, code))
      throw new Problem(`${at}.${word} is no value of ${kind}. Use its code or its unit from the vocabulary.`);
    return [word, code];
  });
  return Object.fromEntries(words);
}

function fields(said: unknown, at: string, names?: readonly string[]): Fields {
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    throw new Problem(`${at} must be a JSON object.`);
  const stranger = names && Object.keys(said).find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new Problem(`${at} has an unknown field ${stranger}. Known are ${names?.join(', ')}.`);
  return Object.fromEntries(Object.entries(said));
}

function text(said: unknown, at: string, most: number): string {
  if (typeof said !== 'string' || said.trim() === '' || said.length > most)
    throw new Problem(`${at} must be a text of 1 to ${most} characters.`);
  return said;
}

function optionalText(said: unknown, at: string): string | undefined {
  return said === undefined ? undefined : text(said, at, 4_096);
}

function optionalNumber(said: unknown, at: string): number | undefined {
  if (said === undefined) return undefined;
  if (typeof said !== 'number' || !Number.isFinite(said) || said === 0)
    throw new Problem(`${at} must be a number other than 0.`);
  return said;
}

function oneOf<Name extends string>(said: unknown, names: readonly Name[], at: string): Name {
  const found = names.find((name) => name === said);
  if (found === undefined) throw new Problem(`${at} must be one of ${names.join(', ')}.`);
  return found;
}
