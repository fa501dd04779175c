import type { Readable } from 'node:stream';
import type { FileDigest } from '../../contracts/upload.ts';
import type { Checksum } from './append-stream.ts';

/** What a sender asks for when it goes on with an upload. */
export interface AppendOrder {
  readonly id: string;
  readonly senderId: string;
  /** Where the sender believes the upload to stand. */
  readonly offset: number;
  /** Bytes that come now; null when the sender did not say. */
  readonly length: number | null;
  /** Of the bytes that come now. */
  readonly checksum: Checksum | null;
  /** Of the whole file; undefined: what was told before counts. */
  readonly digest: FileDigest | undefined;
  /** The sender has more to say than these bytes, even if they are the last. */
  readonly holds: boolean;
  /** Called when nothing speaks against them any more: they may come. */
  readonly invite: () => void;
  /** Its pieces belong to whoever reads it. */
  readonly stream: Readable;
  readonly signal: AbortSignal;
}
