import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestClient } from '../helpers/client.ts';
import { listTree } from '../helpers/disk.ts';
import { isObject } from '../helpers/http-answer.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sha256 } from '../helpers/sample-bytes.ts';
import { within } from '../helpers/wait-until.ts';

const SWAPPER = fileURLToPath(new URL('../helpers/swap-in-loop.mjs', import.meta.url));
const PATIENCE_MS = 20_000;

/** What came of uploads into a folder that somebody swaps for a link all the time. */
export interface LinkRaces {
  /** How often the link stood there meanwhile. */
  readonly swaps: number;
  readonly stored: number;
  /** Statuses of those that were not stored. */
  readonly refused: readonly number[];
  /** What came to where the link leads, or changed there. */
  readonly outside: readonly string[];
  /** Acknowledged, and nowhere in the upload folder. */
  readonly lost: readonly string[];
}

/**
 * Sends files into a folder, and into one below it, while another process swaps the upper one for a link that leads out.
 * @param outside a folder that nobody may write to
 */
export async function raceLinks({ folder, outside, guest }: { readonly folder: string; readonly outside: string; readonly guest: TestClient }, races: number): Promise<LinkRaces> {
  await mkdir(join(outside, 'below'), { recursive: true });
  const before = await listTree(outside);
  const swapper = fork(SWAPPER, [join(folder, 'Holiday'), outside], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    await within(PATIENCE_MS, 'the swapper to begin', once(swapper, 'message'));
    const stored: string[] = [];
    const refused: number[] = [];
    for (let race = 0; race < races; race += 1) {
      const content = `race ${race}`;
      const form = buildAnnouncedForm([announced(`${race}.txt`, content, { folder: race % 2 === 0 ? 'Holiday' : 'Holiday/below' })]);
      const { status } = await guest.post('/api/uploads', form);
      if (status === 201) stored.push(content);
      else refused.push(status);
    }
    swapper.send('end');
    const [told]: unknown[] = await within(PATIENCE_MS, 'the swapper to end', once(swapper, 'message'));
    const [after, inside] = [await listTree(outside), new Set((await listTree(folder)).values())];
    return {
      swaps: isObject(told) ? Number(told['swaps']) : Number.NaN,
      stored: stored.length,
      refused,
      outside: [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)),
      lost: stored.filter((content) => !inside.has(sha256(content))),
    };
  } finally {
    swapper.kill('SIGKILL');
  }
}
