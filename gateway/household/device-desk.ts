import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DIALECTS, type DialectName, isDialect } from '../../devices/dialects/dialects.ts';
import { spokenBy } from '../../devices/subscriber/spoken.ts';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { HomeState } from '../home-state.ts';
import { type Device, forgetDevice, storeDevice } from '../intake/device-table.ts';
import type { Fate } from '../intake/fate.ts';
import type { Operation, Store } from '../store/store.ts';
import type { HomeClock } from '../time/home-clock.ts';
import { type Answer, done, refuse } from './answer.ts';

/** Who may publish to the hub's listener: a program, such as one Zigbee2MQTT, with its own topics. */
interface Credential {
  readonly name: string;
  readonly dialect: DialectName;
  readonly base: string;
  readonly passwordHash: Buffer;
  readonly salt: Buffer;
}

interface CredentialRow {
  readonly name: string;
  readonly dialect: DialectName;
  readonly base: string;
  readonly password_hash: Buffer;
  readonly salt: Buffer;
}

/** A new credential; the password is shown once and kept only as a hash. */
export interface NewCredential {
  readonly name: string;
  readonly dialect: DialectName;
  readonly base: string;
  readonly password: string;
}

/** What the desk works with. */
export interface DeviceDeskParts {
  readonly store: Store;
  readonly state: () => HomeState;
  readonly clock: HomeClock;
  /** Commits what was changed in the state in this very turn, in line with the walk's own commits; on failure the state is read again. */
  readonly commit: (operations: readonly Operation[]) => Promise<Fate>;
  /** Forgets what the home's history has not written yet of a device. */
  readonly forgetHistory: (device: number) => void;
  readonly onChange: () => void;
  /** A credential is gone: whoever is connected with it must go too. */
  readonly onRemoved: (source: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/;
const BASE = /^[^+#$\s/][^+#\s]{0,99}$/;
const PASSWORD_BYTES = 18;

function hashOf(password: Buffer, salt: Buffer): Buffer {
  return createHash('sha256').update(salt).update(password).digest();
}

/** Where devices are let in: credentials for programs that publish, approval for the things behind them. */
export class DeviceDesk {
  readonly #parts: DeviceDeskParts;
  readonly #credentials = new Map<string, Credential>();

  constructor(parts: DeviceDeskParts) {
    this.#parts = parts;
    for (const row of parts.store.all<CredentialRow>('credential.all')) {
      const { name, dialect, base, password_hash, salt } = row;
      this.#credentials.set(name, { name, dialect, base, passwordHash: password_hash, salt });
    }
  }

  /** The dialect a source speaks. */
  dialectOf = (source: string): DialectName =>
    this.#credentials.get(source)?.dialect ?? spokenBy(source) ?? 'zigbee2mqtt';

  /** Checks a user name and password; undefined when they are not ours. */
  authenticate(user: string, password: Buffer): { source: string; dialect: DialectName; base: string } | undefined {
    const credential = this.#credentials.get(user);
    const salt = credential?.salt ?? Buffer.alloc(16);
    const right = timingSafeEqual(hashOf(password, salt), credential?.passwordHash ?? Buffer.alloc(32));
    if (!right || !credential) return undefined;
    const { dialect, base } = credential;
    return { source: credential.name, dialect, base };
  }

  /** Makes a credential for a program; its password is random and shown only now. */
  async add(name: string, dialect: string, base?: string): Promise<Answer<NewCredential>> {
    if (!NAME.test(name)) return badName(name);
    if (!isDialect(dialect)) return unknownDialect(dialect);
    if (this.#credentials.has(name)) return nameTaken(name);
    const topics = base ?? DIALECTS[dialect].base;
    if (!BASE.test(topics)) return badBase(topics);
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const salt = randomBytes(16);
    const credential = {
      name,
      dialect,
      base: topics,
      passwordHash: hashOf(Buffer.from(password), salt),
      salt,
    };
    const nowMs = this.#parts.clock.now().ms;
    await this.#parts.store.commit([['credential.add', name, dialect, topics, credential.passwordHash, salt, nowMs]]);
    this.#credentials.set(name, credential);
    return done({ name, dialect, base: topics, password });
  }

  /** Credentials without their secrets. */
  credentials(): { name: string; dialect: DialectName; base: string }[] {
    return [...this.#credentials.values()].map(({ name, dialect, base }) => ({ name, dialect, base }));
  }

  /** Every device of the home. */
  all(): Device[] {
    return this.#parts.state().devices.all();
  }

  /** Approves devices by id or name, or all that were listed; an approved device may be seen and, where granted, leave. */
  async approve(
    which: readonly string[] | 'all',
    meaning: { room?: string | undefined; category?: string | undefined },
  ): Promise<Answer<Device[]>> {
    const chosen = which === 'all' ? this.all().filter((one) => one.approvedAtMs === undefined) : this.#find(which);
    if (!Array.isArray(chosen)) return chosen;
    const { room, category } = meaning;
    if (category !== undefined && !Object.hasOwn(CATEGORIES, category)) return unknownCategory(category);
    const nowMs = this.#parts.clock.now().ms;
    const approved = chosen.map((one) => ({
      ...one,
      approvedAtMs: one.approvedAtMs ?? nowMs,
      room: room ?? one.room,
      categoryOverride: (category as Category | undefined) ?? one.categoryOverride,
    }));
    for (const one of approved) this.#parts.state().devices.put(one);
    await this.#keep(approved.map(storeDevice));
    this.#parts.onChange();
    return done(approved);
  }

  /** Removes a device with everything the home remembers of it, or a credential by name. */
  async remove(which: string): Promise<Answer<{ removed: string }>> {
    if (this.#credentials.has(which)) {
      await this.#parts.store.commit([['credential.forget', which]]);
      this.#credentials.delete(which);
      this.#parts.onRemoved(which);
      return done({ removed: which });
    }
    const found = this.#find([which]);
    if (!Array.isArray(found)) return found;
    for (const { id } of found) {
      this.#parts.state().devices.remove(id);
      this.#parts.state().lastValues.forget(id);
      this.#parts.forgetHistory(id);
      await this.#keep(forgetDevice(id));
    }
    this.#parts.onChange();
    return done({ removed: which });
  }

  async #keep(operations: readonly Operation[]): Promise<void> {
    if ((await this.#parts.commit(operations)) === 'failed') throw new Error('The change of devices was not stored.');
  }

  #find(which: readonly string[]): Device[] | Answer<never> {
    const found: Device[] = [];
    for (const one of which) {
      const all = this.all();
      const device = all.find((held) => String(held.id) === one) ?? all.find((held) => held.thing === one);
      if (!device) return noSuchDevice(one);
      found.push(device);
    }
    return found;
  }
}

function badName(name: string): Answer<never> {
  return refuse(
    [`「${name}」は名前に使えません。`, '半角の英数字と . _ - で、40文字以内の名前にしてください。'],
    [`"${name}" cannot be a name.`, 'Use letters, digits, ".", "_" and "-", at most 40 characters.'],
  );
}

function badBase(base: string): Answer<never> {
  return refuse(
    [`「${base}」はトピックに使えません。`, '+、#、$、空白を含まないトピックにしてください(例:zigbee2mqtt)。'],
    [`"${base}" cannot be a base topic.`, 'Use a topic without "+", "#", "$" or spaces, such as zigbee2mqtt.'],
  );
}

function nameTaken(name: string): Answer<never> {
  return refuse(
    [
      `「${name}」はすでに登録されています。`,
      `別の名前にするか、先に「engawa hub device remove ${name}」を実行してください。`,
    ],
    [`"${name}" exists already.`, `Choose another name, or run "engawa hub device remove ${name}" first.`],
  );
}

function unknownDialect(dialect: string): Answer<never> {
  const list = Object.keys(DIALECTS).join(', ');
  return refuse(
    [`「${dialect}」という方式は知りません。`, `使える方式:${list}`],
    [`The dialect "${dialect}" is not known.`, `Dialects of this version: ${list}.`],
  );
}

function unknownCategory(category: string): Answer<never> {
  const list = Object.keys(CATEGORIES).join(', ');
  return refuse(
    [`「${category}」という種類はありません。`, `使える種類:${list}`],
    [`There is no category "${category}".`, `Categories: ${list}.`],
  );
}

function noSuchDevice(which: string): Answer<never> {
  return refuse(
    [`「${which}」という機器は見つかりません。`, '「engawa hub device list」で番号か名前を確かめてください。'],
    [`No device "${which}" was found.`, 'Run "engawa hub device list" for ids and names.'],
  );
}
