/** CONNACK codes of a server that does not speak our version: MQTT 3.1.1 [3.2.2.3] and MQTT 5 [3.2.2.2]. */
const VERSION_REFUSALS = [1, 132];

/**
 * Which version of MQTT a server is asked in: 5 first, 3.1.1 where 5 is refused, or where the connection is taken and
 * ends without an answer, as old servers do. An outage looks different: nobody takes the connection, or it ends after an
 * answer; then the version stays.
 */
export class VersionChoice {
  #version: 4 | 5 = 5;
  #reached: 'nothing' | 'socket' | 'refused' | 'answer' = 'nothing';

  /** The protocol level to connect with: 5, or 4 for MQTT 3.1.1. */
  get version(): 4 | 5 {
    return this.#version;
  }

  /** An attempt begins. */
  began(): void {
    this.#reached = 'nothing';
  }

  /** The server has taken the connection. */
  opened(): void {
    this.#reached = 'socket';
  }

  /** A packet came from the server. */
  answered(): void {
    this.#reached = 'answer';
  }

  /** Notes a code of a refused CONNECT; true when it is about the version. */
  refused(code: number): boolean {
    if (!VERSION_REFUSALS.includes(code)) return false;
    this.#reached = 'refused';
    return true;
  }

  /** The attempt is over; true when the server is to be asked in the other version at once. */
  ended(): boolean {
    const isRefused = this.#reached === 'refused';
    if (isRefused || this.#reached === 'socket') this.#version = this.#version === 5 ? 4 : 5;
    return isRefused && this.#version === 4;
  }
}
