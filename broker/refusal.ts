/** A request that was understood and refused: what is wrong, what to do, and a code programs can read. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly reason: string;
  readonly remedy: string;

  /** `status` is the HTTP status; message and remedy are sentences without anything a home or recipient sent. */
  constructor(status: number, reason: string, message: string, remedy: string) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** The broker cannot start: the message names the port, file or folder and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
