import { readdir, stat } from 'node:fs/promises';
import { foldedName } from './safe-name.ts';

/** How many folders are remembered; the least recently opened is read again. */
const REMEMBERED_FOLDERS = 64;

interface Listing {
  readonly names: Set<string>;
  /** Modification time of the folder when the listing was true. */
  modifiedNs: bigint;
}

/**
 * Knows which names of a folder are taken, case- and composition-insensitively, without reading the folder for every file: a
 * listing is kept until somebody else changes the folder. It only saves work and catches `A.txt` beside `a.txt`; that an
 * existing name is never overwritten is the file system's own word (see `final-name.ts`).
 */
export class TakenNames {
  readonly #listings = new Map<string, Listing>();

  /**
   * The folded names in that folder, to which the caller adds what it puts there. Call only while nobody else in this process
   * publishes there.
   * @param at leads to that folder now
   */
  async open(folder: string, at: string): Promise<Set<string>> {
    const modifiedNs = await modificationTime(at);
    const known = this.#listings.get(folder);
    if (known?.modifiedNs === modifiedNs) return known.names;
    const names = new Set((await readdir(at)).map(foldedName));
    this.#listings.delete(folder);
    this.#listings.set(folder, { names, modifiedNs });
    const oldest = this.#listings.keys().next();
    if (this.#listings.size > REMEMBERED_FOLDERS && oldest.done !== true) this.#listings.delete(oldest.value);
    return names;
  }

  /** The folder has changed because its caller put there what it has added. */
  async noteChange(folder: string, at: string): Promise<void> {
    const known = this.#listings.get(folder);
    if (known !== undefined) known.modifiedNs = await modificationTime(at);
  }
}

async function modificationTime(folder: string): Promise<bigint> {
  return (await stat(folder, { bigint: true })).mtimeNs;
}
