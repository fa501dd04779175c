import type { PledgedUpload } from './neighbours.ts';
import { sumOf } from './others-share.ts';

/**
 * What one sender has coming. Anybody who was let in can announce as much as the disk has free, and bring nothing; or begin, and bring a
 * byte now and then. Who would bring it within a day keeps all its room.
 */
export interface SenderPromise {
  readonly senderId: string;
  /** The owner's own. */
  readonly isWindow: boolean;
  /** On disk already, out of sight. */
  readonly receivedBytes: number;
  /** Still to come. */
  readonly promisedBytes: number;
  /** What of that is of files of which no byte has come. */
  readonly waitingBytes: number;
  /** Brought in the last minute at most. */
  readonly recentBytes: number;
}

/** Who asks for room. */
export interface Asker {
  readonly senderId: string;
  /** Promised already to what it asks for. */
  readonly ownBytes?: number;
  /** It is about to bring it: what else it announced may wait, for which of its files comes first is its own business. */
  readonly begins?: boolean;
}

/** How others stand against whoever asks. */
export interface Claims {
  /** On disk, or coming at a pace at which it will be here; and what is the asker's own. */
  readonly firmBytes: number;
  /** Announced and not coming: that counts up to a share of what is free. */
  readonly looseBytes: number;
}

/** Of what is free, what nobody brings may keep so much from others. */
const MOST_LOOSE = 3 / 4;
/** A day, at the pace of the last minute. */
const MINUTES_TO_BRING_IT = 24 * 60;

/** What of a promise must not be given to others. */
export function keptBytes({ isWindow, promisedBytes, recentBytes }: SenderPromise): number {
  return isWindow ? promisedBytes : Math.min(promisedBytes, recentBytes * MINUTES_TO_BRING_IT);
}

export function claimsHere(senders: readonly SenderPromise[], asker: Asker): Claims {
  let [firmBytes, looseBytes] = [0, 0];
  for (const sender of senders) {
    const isOwn = sender.senderId === asker.senderId;
    const firm = isOwn ? sender.promisedBytes - (asker.begins === true ? sender.waitingBytes : 0) : keptBytes(sender);
    firmBytes += firm;
    if (!isOwn) looseBytes += sender.promisedBytes - firm;
  }
  return { firmBytes, looseBytes };
}

/** @param elsewhere uploads of other servers, with what else they hold and what of all that must not be given away */
export function claimsElsewhere(elsewhere: { readonly uploads: readonly PledgedUpload[]; readonly heldBytes: number; readonly keptBytes: number }, asker: Asker): Claims {
  const own = elsewhere.uploads.filter(({ senderId, isWaiting }) => senderId === asker.senderId && !(asker.begins === true && isWaiting === true));
  const foreign = elsewhere.uploads.filter(({ senderId }) => senderId !== asker.senderId);
  const foreignBytes = sumOf(foreign).promisedBytes + elsewhere.heldBytes;
  const firmBytes = Math.min(foreignBytes, elsewhere.keptBytes);
  return { firmBytes: sumOf(own).promisedBytes + firmBytes, looseBytes: foreignBytes - firmBytes };
}

/** What is left of so many bytes. */
export function leftOf(bytes: number, { firmBytes, looseBytes }: Claims, { ownBytes = 0 }: Asker): number {
  const left = Math.max(0, bytes - firmBytes + ownBytes);
  return left - Math.min(looseBytes, Math.ceil(MOST_LOOSE * left));
}
