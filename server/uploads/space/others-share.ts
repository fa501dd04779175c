import type { Pledge, PledgedUpload } from './neighbours.ts';

/** What other servers take of the room. */
export class OthersShare {
  readonly #pledges: readonly Pledge[];

  constructor(pledges: readonly Pledge[]) {
    this.#pledges = pledges;
  }

  /** All that they have stored, each since it began. */
  storedBytes(): number {
    return this.#pledges.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  }

  /** Kept by them for what has no record yet. */
  heldBytes(): number {
    return this.#pledges.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
  }

  /** Their uploads, each once: one that goes on at another server stays known to the one that it left. */
  uploads(isWanted: (upload: PledgedUpload) => boolean): readonly PledgedUpload[] {
    const byId = new Map<string, PledgedUpload>();
    for (const upload of this.#pledges.flatMap(({ uploads }) => uploads).filter(isWanted)) {
      const known = byId.get(upload.id);
      if (known === undefined || known.receivedBytes < upload.receivedBytes) byId.set(upload.id, upload);
    }
    return [...byId.values()];
  }
}

/** Bytes of uploads, still to come and on disk. */
export function sumOf(uploads: readonly PledgedUpload[]): { readonly promisedBytes: number; readonly receivedBytes: number } {
  return {
    promisedBytes: uploads.reduce((sum, { promisedBytes }) => sum + promisedBytes, 0),
    receivedBytes: uploads.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
  };
}
