import { xxhash128 } from 'hash-wasm';
import type { FileDigest } from '../../server/contracts/upload.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import type { Random } from './random.ts';

/** How a file travels. The first three and the last two name each upload; of the others nobody could say later whether it came. */
export const ROADS = ['manifest', 'many', 'creation-with-upload', 'tus', 'form', 'classic'] as const;
export type Road = (typeof ROADS)[number];

/** A file that is sent, and what is known of it. */
export interface SentFile {
  readonly id: string;
  readonly name: string;
  /** With `/`; empty for none. */
  readonly folder: string;
  readonly content: Buffer;
  readonly hash: string;
  /** What its sender says that its hash is; a wrong one must keep it out. */
  readonly digest: FileDigest | undefined;
  readonly isDigestWrong: boolean;
  /** Sent under an id, by which the server knows it again. */
  readonly isNamed: boolean;
  /** How often all of it may have arrived. */
  attempts: number;
  /** `stored`: the server said so. */
  outcome: 'open' | 'stored' | 'refused' | 'cancelled';
  /** Its sender called it off, and may find it stored or gone. */
  isCancelling: boolean;
  /** Where the server said that it is. */
  path: string | undefined;
}

/** What travels together. */
export interface Job {
  readonly road: Road;
  readonly files: readonly SentFile[];
  /** Most bytes of one PATCH. */
  readonly pieceBytes: number;
  /** The last of its files is cancelled when so much of the job has been sent; 1: never. */
  readonly cancelAtShare: number;
}

const NAMES = ['photo.jpg', 'Photo.JPG', 'scan.pdf', 'été.txt', 'e\u0301te\u0301.txt', 'notes', 'a b c.tar.gz', 'con.txt', 'x'.repeat(300), '日本.png'] as const;
const FOLDERS = ['', '', 'album', 'album/2026', 'Album'] as const;

/** What a round sends. */
export async function planJobs(random: Random, round: number): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  const count = random.int(2, 5);
  for (let index = 0; index < count; index += 1) jobs.push(await planJob(random, `r${round}-${index}`));
  return jobs;
}

async function planJob(random: Random, prefix: string): Promise<Job> {
  const road = random.pick(ROADS);
  const isResumable = road === 'tus' || road === 'creation-with-upload';
  const count = road === 'many' ? random.int(30, 120) : isResumable ? 1 : random.int(1, 4);
  const files: SentFile[] = [];
  for (let index = 0; index < count; index += 1) files.push(await planFile(random, `${prefix}-${index}`, road, index === count - 1 && count > 1));
  return { road, files, pieceBytes: random.int(30_000, 3_000_000), cancelAtShare: isNamed(road) && random.chance(0.15) ? random.share() : 1 };
}

async function planFile(random: Random, id: string, road: Road, mayBeWrong: boolean): Promise<SentFile> {
  const content = sampleBytes(sizeOf(random, road), random.int(1, 2 ** 31));
  const hash = sha256(content);
  const isNamedRoad = isNamed(road);
  const isDigestWrong = isNamedRoad && (mayBeWrong || road === 'tus') && random.chance(0.1);
  const hasDigest = isDigestWrong || (isNamedRoad && random.chance(0.5));
  const digest = hasDigest ? await digestOf(isDigestWrong ? Buffer.from(`not ${id}`) : content, random.chance(0.5)) : undefined;
  return { id: `${id}-${random.int(0, 2 ** 31)}`, name: random.pick(NAMES), folder: isNamedRoad ? random.pick(FOLDERS) : '', content, hash, digest, isDigestWrong, isNamed: isNamedRoad, attempts: 0, outcome: 'open', isCancelling: false, path: undefined };
}

/** True when the server can tell afterwards which uploads arrived. */
export function isNamed(road: Road): boolean {
  return road !== 'form' && road !== 'classic';
}

function sizeOf(random: Random, road: Road): number {
  if (road === 'many') return random.int(0, 4000);
  const kind = random.share();
  if (kind < 0.08) return random.int(0, 1);
  return kind < 0.6 ? random.int(2, 300_000) : random.int(300_000, 6_000_000);
}

async function digestOf(content: Buffer, isStrong: boolean): Promise<FileDigest> {
  return isStrong ? `sha-256:${sha256(content)}` : `xxh128:${await xxhash128(content)}`;
}
