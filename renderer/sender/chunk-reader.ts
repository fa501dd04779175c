/**
 * Bytes of one request of a large file. They lie in memory, because WebKit 26 hangs when file-backed slices are uploaded
 * (filepond#1059): with the chunk that is read ahead, two large files at once hold four, 32 MiB, which a phone has. Smaller ones
 * would spend more of a fast line on round trips; larger ones gain little, and more is on its way when the line breaks.
 */
export const CHUNK_BYTES = 8 << 20;

/** The file is not what was picked any more: changed, moved, or taken back by the system. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

/** Reads a file piece by piece. `slice()`, not `stream()`: Safari's stream breaks beyond 4 GB (upchunk#134). */
export interface ChunkReader {
  /** The chunk at an offset; the one after it is being read from then on. Empty at the end. @throws FileChanged */
  read(offset: number): Promise<ArrayBuffer>;
}

export function createChunkReader(file: File): ChunkReader {
  let ahead: { readonly offset: number; readonly chunk: Promise<ArrayBuffer> } | null = null;

  async function load(offset: number): Promise<ArrayBuffer> {
    const end = Math.min(file.size, offset + CHUNK_BYTES);
    let bytes: ArrayBuffer;
    try {
      bytes = await file.slice(offset, end).arrayBuffer();
    } catch (cause) {
      if (!(cause instanceof DOMException)) throw cause;
      throw new FileChanged('The file cannot be read any more', { cause });
    }
    if (bytes.byteLength !== end - offset) throw new FileChanged('The file is shorter than it was');
    return bytes;
  }

  return {
    async read(offset) {
      const bytes = await (ahead?.offset === offset ? ahead.chunk : load(offset));
      const next = offset + bytes.byteLength;
      ahead = next < file.size ? { offset: next, chunk: load(next) } : null;
      // Whoever asks for it gets the error; nobody may.
      ahead?.chunk.catch(() => undefined);
      return bytes;
    },
  };
}
