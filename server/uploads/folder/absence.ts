import type { UploadRecord } from '../../contracts/upload.ts';

/** A sender that announced files and is not heard of for this long has gone. */
const GONE_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 10_000;

interface AbsenceOptions {
  /** The records that wait for their sender. */
  readonly waiting: () => readonly UploadRecord[];
  /** True while bytes of that sender are coming. */
  readonly isSending: (senderId: string) => boolean;
  readonly onGone: (record: UploadRecord) => void;
}

export interface Absence {
  /** A sender has just been heard of. */
  seen(senderId: string): void;
  stop(): void;
}

/** Notices senders that went away, so that what they announced does not wait for ever. The app's own window never goes. */
export function createAbsence({ waiting, isSending, onGone }: AbsenceOptions): Absence {
  const lastSeenMs = new Map<string, number>();

  const timer = setInterval(() => {
    const now = Date.now();
    for (const record of waiting()) {
      const { id, kind } = record.sender;
      const quietMs = now - Math.max(lastSeenMs.get(id) ?? 0, record.createdAtMs);
      if (kind !== 'window' && quietMs > GONE_AFTER_MS && !isSending(id)) onGone(record);
    }
    for (const [id, atMs] of lastSeenMs) if (now - atMs > GONE_AFTER_MS) lastSeenMs.delete(id);
  }, LOOK_EVERY_MS).unref();

  return {
    seen: (senderId) => void lastSeenMs.set(senderId, Date.now()),
    stop: () => clearInterval(timer),
  };
}
