import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { SIZES, type SizeName } from './faults.ts';

/** Files to send, which exist nowhere else. */
export interface Sources {
  readonly paths: readonly string[];
  /** Name → SHA-256. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly totalBytes: number;
}

let seed = 1;

/** @param label part of every name, so that runs in one window can be told apart */
export async function makeSources(folder: string, label: string, size: SizeName): Promise<Sources> {
  await mkdir(folder, { recursive: true });
  const { files, bytesEach } = SIZES[size];
  const hashes = new Map<string, string>();
  const paths: string[] = [];
  for (let index = 1; index <= files; index += 1) {
    const name = `${label}-${index}.bin`;
    const content = sampleBytes(bytesEach + index, (seed += 1));
    paths.push(join(folder, name));
    hashes.set(name, sha256(content));
    await writeFile(join(folder, name), content);
  }
  return { paths, hashes, totalBytes: files * bytesEach + (files * (files + 1)) / 2 };
}
