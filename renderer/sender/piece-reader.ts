import { FileChanged } from './file-changed.ts';
import type { PieceKind } from './piece-kind.ts';
import { readBlob } from './read-blob.ts';

/**
 * Bytes of one request of a large file from memory. With the piece that is read ahead, there are four of two large files at
 * once, 32 MiB, which a phone has.
 */
const MEMORY_PIECE_BYTES = 8 << 20;

/** Takes a file for sending. `slice()`, not `stream()`: Safari's stream breaks beyond 4 GB (upchunk#134). */
export interface PieceReader {
  /**
   * What goes next from an offset on: all that is left, or from memory 8 MiB of it; empty at the end.
   * @throws FileChanged, though a file may turn out to be broken only when it is sent
   */
  read(offset: number): Promise<Blob>;
}

export function createPieceReader(file: File, kind: PieceKind): PieceReader {
  if (kind === 'memory') return createMemoryReader(file);
  // A whole file is read by Chromium's network service itself; the bytes of a slice go through two more processes (twice the CPU time).
  return { async read(offset) { return offset === 0 ? file : file.slice(offset); } };
}

function createMemoryReader(file: File): PieceReader {
  let ahead: { readonly offset: number; readonly piece: Promise<Blob> } | null = null;

  async function load(offset: number): Promise<Blob> {
    const bytes = await readBlob(file.slice(offset, offset + MEMORY_PIECE_BYTES));
    if (bytes === null) throw new FileChanged('The file cannot be read any more');
    // A bare ArrayBuffer of 8 MiB takes Chromium some hundred milliseconds to hand over, a Blob in memory a tenth of that.
    return new Blob([bytes]);
  }

  return {
    async read(offset) {
      const piece = await (ahead?.offset === offset ? ahead.piece : load(offset));
      const next = offset + piece.size;
      ahead = next < file.size ? { offset: next, piece: load(next) } : null;
      // Whoever asks for it gets the error; nobody may.
      ahead?.piece.catch(() => undefined);
      return piece;
    },
  };
}
