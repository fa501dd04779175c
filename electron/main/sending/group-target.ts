import type { FailureCode } from '../../../server/contracts/failure.ts';
import type { SendTarget } from './exchange.ts';

/** Where files are sent to, by way of HTTP but for one thing. */
export interface GroupTarget extends SendTarget {
  /** Tells the server that these will not come, and why; what has ended already stays as it is. Resolves when their records say so. */
  readonly giveUp: (ids: readonly string[], code: FailureCode) => Promise<void>;
}
