/** What a receiver answered that did not take a message. */
export class Refused extends Error {
  /** Whether the same message may be accepted later. */
  readonly mayPass: boolean;

  constructor(message: string, mayPass: boolean) {
    super(message);
    this.mayPass = mayPass;
  }
}
