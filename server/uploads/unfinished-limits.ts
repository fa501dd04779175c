/**
 * How many uploads may be unfinished at once. Each costs memory; each that can be resumed has two files in staging as well, for days,
 * also when nobody comes back. The owner's own window is not counted.
 */
export interface UnfinishedLimits {
  /** Announced or on their way, of one sender. What a page has beyond that it announces when there is room again. */
  readonly ofSender: number;
  /** The same, of all senders together. */
  readonly ofAll: number;
  /** On disk and to be resumed, of one sender. */
  readonly resumableOfSender: number;
  /** The same, of all senders together. */
  readonly resumableOfAll: number;
}

export const USUAL_UNFINISHED: UnfinishedLimits = { ofSender: 20_000, ofAll: 100_000, resumableOfSender: 5000, resumableOfAll: 25_000 };
