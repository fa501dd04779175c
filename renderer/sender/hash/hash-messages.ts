import type { FileDigest } from '../../../server/contracts/upload.ts';

/** What the page asks of its hash worker. `job` numbers what belongs together. */
export type HashOrder =
  /** The hash of a whole file, read from its beginning: as a stream where that is safe, which is twice as fast as slice by slice. */
  | { readonly kind: 'hash'; readonly job: number; readonly file: File; readonly byStream: boolean }
  /** Text and files as they follow each other, in memory, and the hash of each file. */
  | { readonly kind: 'gather'; readonly job: number; readonly parts: readonly (string | File)[] }
  /** The answer is not wanted any more. */
  | { readonly kind: 'drop'; readonly job: number };

/** What it answers. */
export type HashReport =
  | { readonly kind: 'ready' }
  /** No WebAssembly here, or not for us. */
  | { readonly kind: 'unable' }
  | { readonly kind: 'advanced'; readonly job: number }
  | { readonly kind: 'hashed'; readonly job: number; readonly digest: FileDigest }
  | { readonly kind: 'gathered'; readonly job: number; readonly body: Blob; readonly digests: readonly FileDigest[] }
  /** Places in `parts`, or none when it cannot be told which; of one file: 0. */
  | { readonly kind: 'unreadable'; readonly job: number; readonly places: readonly number[] };
