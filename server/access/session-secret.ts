import { randomBytes } from 'node:crypto';
import type { PrivateFiles } from '../uploads/folder/private-files.ts';

const NAME = 'access.key';
const LENGTH_BYTES = 32;

const isWhole = (found: Buffer): boolean => found.length === LENGTH_BYTES;

/** Random bytes, made at the first start. What they sign for a guest, all processes on the folder believe, also after a restart. */
export async function sessionSecret(files: PrivateFiles): Promise<Buffer> {
  const known = await files.read(NAME);
  return known !== null && isWhole(known) ? known : files.keep(NAME, randomBytes(LENGTH_BYTES), isWhole);
}
