import type { PlannedRequest } from './plan-request.ts';
import type { StallWatch } from './stall-watch.ts';

/** One planned request while it is dealt with. */
export interface Run {
  readonly signal: AbortSignal;
  readonly watch: StallWatch;
  /** Waits until a connection is free for it. What is prepared before travels at once then. */
  connect(): Promise<void>;
  /** Ends it with this error. */
  breakOff(error: unknown): void;
}

/** One way in which files get to the server. */
export interface Road {
  /**
   * Brings the files of a request to the server and settles each of them. Returns early when some of them are held back
   * before they travel: what is left is planned anew.
   * @throws what loses all of them; FileChanged when that is why
   */
  send(request: PlannedRequest, run: Run): Promise<void>;
}
