import type { Sender } from '../../contracts/upload.ts';

/** Uploads that an earlier run left unfinished and that can go on. */
export interface Recovered {
  readonly count: number;
  /** Those of the app's own window. */
  readonly fromWindow: number;
  readonly fromOthers: number;
}

export function countRecovered(senders: readonly Sender[]): Recovered {
  const fromWindow = senders.filter(({ kind }) => kind === 'window').length;
  return { count: senders.length, fromWindow, fromOthers: senders.length - fromWindow };
}
