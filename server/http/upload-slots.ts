import { Failure } from '../failure.ts';

/** Requests that may bring files at the same time. */
export interface UploadSlots {
  /** @returns how to leave it, once. @throws Failure TOO_MANY_UPLOADS */
  take(): () => void;
}

export function createUploadSlots(most: number): UploadSlots {
  let taken = 0;
  return {
    take() {
      if (taken >= most) throw new Failure('TOO_MANY_UPLOADS', { limit: most });
      taken += 1;
      return () => void (taken -= 1);
    },
  };
}
