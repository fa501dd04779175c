import type { Wire } from './wire.ts';

/** What a sender of a round works with. */
export interface SenderTools {
  readonly wire: Wire;
  /** Resolves when trying again makes sense. @param why it did not work @throws Error when it never will */
  again(why: string): Promise<void>;
  /** Something that must not be. */
  lose(what: string): void;
  /** What the disk of this round may make the server answer, besides 2xx and 4xx. */
  readonly mayBeScarce: boolean;
}

/** The JSON of an answer, whatever it is; undefined when it is none. */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON, or none at all
  }
}

/** Server errors are for a disk that is full or away, and for nothing else. */
export function judgeStatus(what: string, status: number, text: string, { lose, mayBeScarce }: SenderTools): void {
  if (status < 500 || (mayBeScarce && (status === 503 || status === 507))) return;
  lose(`${what} was answered ${status} ${text.slice(0, 200)}`);
}
