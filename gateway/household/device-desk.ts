import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DIALECTS, type DialectName, isDialect } from '../../devices/dialects/dialects.ts';
import { changedKinds } from '../../devices/meanings.ts';
import { spokenBy } from '../../devices/subscriber/spoken.ts';
import type { Kind } from '../../devices/vocabulary.ts';
import type { HomeState } from '../home-state.ts';
import { type Device, forgetDevice, storeDevice } from '../intake/device-table.ts';
import type { Fate } from '../intake/fate.ts';
import type { Operation, Store } from '../store/store.ts';
import type { HomeClock } from '../time/home-clock.ts';
import { type Answer, done } from './answer.ts';
import { approvalOf, needsWords, type Said } from './approval.ts';
import { badBase, badName, nameTaken, noSuchDevice, oneAtATime, unknownDialect } from './device-refusals.ts';

/** Who may publish to the hub's listener: a program, such as one Zigbee2MQTT, with its own topics. */
interface Credential {
  readonly name: string;
  readonly dialect: DialectName;
  readonly base: string;
  readonly passwordHash: Buffer;
  readonly salt: Buffer;
  readonly addedAtMs: number;
}

interface CredentialRow {
  readonly name: string;
  readonly dialect: DialectName;
  readonly base: string;
  readonly password_hash: Buffer;
  readonly salt: Buffer;
  readonly created_at: number;
}

/** A new credential; the password is shown once and kept only as a hash. */
export interface NewCredential {
  readonly name: string;
  readonly dialect: DialectName;
  readonly base: string;
  readonly password: string;
}

/** What an approval did: devices that are approved now, and those left waiting because only a resident knows what they are. */
export interface Approved {
  readonly approved: readonly Device[];
  readonly waiting: readonly Device[];
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
  /** Forgets the last values of these kinds of a device in memory; returns what makes that durable. */
  readonly forgetValues: (device: number, kinds: readonly Kind[]) => readonly Operation[];
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
      const { name, dialect, base, password_hash: passwordHash, salt, created_at: addedAtMs } = row;
      this.#credentials.set(name, { name, dialect, base, passwordHash, salt, addedAtMs });
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
    const passwordHash = hashOf(Buffer.from(password), salt);
    const addedAtMs = this.#parts.clock.now().ms;
    await this.#parts.store.commit([['credential.add', name, dialect, topics, passwordHash, salt, addedAtMs]]);
    this.#credentials.set(name, { name, dialect, base: topics, passwordHash, salt, addedAtMs });
    return done({ name, dialect, base: topics, password });
  }

  /** Credentials without their secrets. */
  credentials(): Omit<Credential, 'passwordHash' | 'salt'>[] {
    return [...this.#credentials.values()].map(({ name, dialect, base, addedAtMs }) => ({
      name,
      dialect,
      base,
      addedAtMs,
    }));
  }

  /** Every device of the home. */
  all(): Device[] {
    return this.#parts.state().devices.all();
  }

  /**
   * Approves devices by id or name, or all that wait; an approved device may be seen and, where granted, leave. Approving
   * again changes room and meaning. Of all, those of which somebody must say first what hangs on them are left waiting.
   */
  async approve(which: readonly string[] | 'all', said: Said): Promise<Answer<Approved>> {
    const isAll = which === 'all';
    if (isAll && (said.is !== undefined || said.inverted !== undefined)) return oneAtATime();
    const chosen = isAll ? this.all().filter((one) => one.approvedAtMs === undefined) : this.#find(which);
    if (!Array.isArray(chosen)) return chosen;
    const waiting = isAll ? chosen.filter(needsWords) : [];
    const nowMs = this.#parts.clock.now().ms;
    const approved: Device[] = [];
    for (const one of chosen) {
      if (waiting.includes(one)) continue;
      const answer = approvalOf(one, said, nowMs);
      if (!answer.ok) return answer;
      approved.push(answer.value);
    }
    await this.#keep(approved.flatMap((one) => this.#replace(one)));
    this.#parts.onChange();
    return done({ approved, waiting });
  }

  /** Where a device's readings mean something else from now on, what it said before is no news to compare with. */
  #replace(device: Device): Operation[] {
    const { devices } = this.#parts.state();
    const changed = changedKinds(device.claim.kinds, devices.get(device.id)?.meaning, device.meaning);
    devices.put(device);
    return [storeDevice(device), ...this.#parts.forgetValues(device.id, changed)];
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
