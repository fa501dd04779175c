/** Mode of a published file: what the system gives to any new file of this user. */
export const PUBLISHED_MODE = 0o666 & ~process.umask();

/** A file that has its final name, durably. */
export interface PublishedFile {
  /** Path relative to the upload folder, with `/`. */
  readonly path: string;
  readonly name: string;
  /** Where it is on this machine. */
  readonly absolutePath: string;
  /** It is not ours: one of its name was there and holds the same bytes, so that ours was not needed. */
  readonly wasThere?: true;
  /** It took the place of one that was there. */
  readonly replaced?: true;
}
