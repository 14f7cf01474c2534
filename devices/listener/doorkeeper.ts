import type { AedesOptions, Client } from 'aedes';
import { DIALECTS, type DialectName } from '../dialects/dialects.ts';
import type { CountIntake } from '../intake.ts';
import type { Limits } from '../limits.ts';
import { anyOf, type Matches } from '../topic-filter.ts';
import { Attempts } from './attempts.ts';
import type { Farewell } from './farewell.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What an account may do: the source its messages count for, and the topics of its dialect it publishes to. */
export interface Admitted {
  readonly source: string;
  readonly dialect: DialectName;
  /** The topic that most of its topics begin with. */
  readonly base: string;
}

/** Resolves with what the account may do, or undefined when name or password is wrong. */
export type Authenticate = (user: string, password: Buffer) => Promise<Admitted | undefined>;

/** What is known of one connection besides what the MQTT library keeps. */
export interface Session {
  readonly address: string;
  /** As in `Arrived`. */
  readonly connection: number;
  readonly farewell: Farewell;
  /** What the account may do; gone when the account is. */
  admitted?: Admitted & { readonly isOwnTopic: Matches };
  /** The client id as the device gave it. */
  clientId: string;
  subscriptions: number;
  /** It gave no client id, yet wants its session kept [MQTT-3.1.3-8]. */
  isNameless?: boolean;
}

type Answer = Parameters<NonNullable<AedesOptions['authenticate']>>[3];

/** CONNACK return codes [MQTT 3.2.2.3]. */
const NOT_AUTHORIZED = 5;
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;

/** The library's form of a refused CONNECT. */
function refusal(returnCode: number): NonNullable<Parameters<Answer>[0]> {
  return Object.assign(new Error('refused'), { returnCode });
}

/** Lets accounts in, remembers who is connected, and answers wrong passwords ever more slowly. */
export class Doorkeeper {
  readonly #check: Authenticate;
  readonly #count: CountIntake;
  readonly #limits: Limits;
  readonly #nowMs: () => number;
  readonly #attempts: Attempts;
  readonly #sessions = new WeakMap<object, Session>();
  /** Connections without a right password yet, and those with one. */
  readonly #waiting: WaitingRoom<Client>;
  readonly #admitted = new Set<Client>();
  readonly #connected = new Map<string, Client>();
  readonly #slowed = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #newest = 0;
  /** How often an account was ended. */
  #endings = 0;
  #closing = false;

  constructor(options: { authenticate: Authenticate; count: CountIntake; limits: Limits; nowMs: () => number }) {
    this.#check = options.authenticate;
    this.#count = options.count;
    this.#limits = options.limits;
    this.#nowMs = options.nowMs;
    this.#attempts = new Attempts(options.limits);
    this.#waiting = new WaitingRoom(options.limits);
  }

  /** Begins a session for a connection that has said nothing yet; too many of them put out the oldest. */
  opened(client: Client, address: string, farewell: Farewell): void {
    this.#newest = Math.max(this.#newest + 1, this.#nowMs());
    this.#sessions.set(client, { address, connection: this.#newest, farewell, clientId: '', subscriptions: 0 });
    client.conn.once('close', () => {
      this.#waiting.leave(client, address);
      this.#admitted.delete(client);
    });
    const putOut = this.#waiting.enter(client, address);
    if (putOut === undefined) return;
    this.#count('tooManyConnections');
    putOut.conn.destroy();
  }

  /** What is known of a connection. */
  sessionOf(client: Client): Session | undefined {
    return this.#sessions.get(client);
  }

  /** Notes that a client is connected under its id. */
  joined(client: Client): void {
    this.#connected.set(client.id, client);
    this.#sessions.get(client)?.farewell.answered();
  }

  /** Notes that a client is gone; false when another has its id by now. */
  left(client: Client): boolean {
    return this.#connected.get(client.id) === client && this.#connected.delete(client.id);
  }

  /** Ends all connections of an account that was removed, and takes nothing more from them. */
  end(source: string): void {
    this.#endings += 1;
    for (const client of this.#admitted) {
      const session = this.#sessions.get(client);
      if (session?.admitted?.source !== source) continue;
      delete session.admitted;
      client.conn.destroy();
    }
  }

  /** Ends all waiting. */
  close(): void {
    this.#closing = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Notes that a client gave no name to keep its session under. */
  nameless(client: Client): void {
    const session = this.#sessions.get(client);
    if (session) session.isNameless = true;
  }

  /** Answers one CONNECT. */
  authenticate(client: Client, user: string | undefined, password: Buffer | undefined, done: Answer): void {
    void this.#judge(client, user, password, done);
  }

  async #judge(client: Client, user: string | undefined, password: Buffer | undefined, done: Answer): Promise<void> {
    const session = this.#sessions.get(client);
    if (session === undefined) return done(refusal(NOT_AUTHORIZED), false);
    if (client.id.length > this.#limits.clientIdCharacters) {
      this.#count('longClientId');
      return done(refusal(IDENTIFIER_REJECTED), false);
    }
    if (session.isNameless === true) {
      this.#count('protocolError');
      return done(refusal(IDENTIFIER_REJECTED), false);
    }
    const admitted = await this.#admit(user, password);
    if (admitted === undefined) {
      // Firmware whose field was left empty says an empty name or none.
      this.#count((user ?? '') === '' ? 'anonymous' : 'wrongCredential');
      return this.#refuseSlowly(session.address, client, done);
    }
    this.#attempts.succeeded(session.address);
    if (client.conn.destroyed) return done(refusal(NOT_AUTHORIZED), false);
    // Two accounts may use the same client id; only a second client of the same account takes the first one over.
    const name = `${admitted.source}\u0000${client.id}`;
    if (this.#connected.has(name)) this.#count('takeover');
    else if (this.#admitted.size >= this.#limits.connections) {
      this.#count('tooManyConnections');
      return done(refusal(SERVER_UNAVAILABLE), false);
    }
    this.#waiting.leave(client, session.address);
    this.#admitted.add(client);
    const topics = DIALECTS[admitted.dialect].topics(admitted.base);
    session.admitted = { ...admitted, isOwnTopic: anyOf(topics) };
    session.clientId = client.id;
    client.id = name;
    done(null, true);
  }

  async #admit(user: string | undefined, password: Buffer | undefined): Promise<Admitted | undefined> {
    if (user === undefined || password === undefined) return undefined;
    try {
      for (;;) {
        const endings = this.#endings;
        const admitted = await this.#check(user, password);
        // While a password was checked its account may have been removed.
        if (endings === this.#endings) return admitted;
      }
    } catch {
      // A store that cannot be read admits nobody.
      return undefined;
    }
  }

  #refuseSlowly(address: string, client: Client, done: Answer): void {
    const delayMs = this.#attempts.failed(address, this.#nowMs());
    const waiting = this.#slowed.get(address) ?? 0;
    if (delayMs === 0) {
      done(refusal(NOT_AUTHORIZED), false);
      return;
    }
    this.#count('slowedDown');
    if (waiting >= this.#limits.attemptsWaiting || this.#closing) {
      client.conn.destroy();
      return;
    }
    this.#slowed.set(address, waiting + 1);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const left = (this.#slowed.get(address) ?? 1) - 1;
      if (left > 0) this.#slowed.set(address, left);
      else this.#slowed.delete(address);
      done(refusal(NOT_AUTHORIZED), false);
    }, delayMs);
    this.#timers.add(timer);
  }
}
