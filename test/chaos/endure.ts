import { readdir } from 'node:fs/promises';
import { expect, type TestInfo } from '@playwright/test';
import type { ChaosProxy } from '../helpers/chaos-proxy.ts';
import type { Exchange } from '../helpers/follow-requests.ts';
import { listStaging, listTree, STAGING_NAME, type StagedFile } from '../helpers/disk.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';
import { FAULT_WORDS, isWireFault, mostResentBytes, WIRE_FAULTS, type ChaosRun, type SenderFaultName } from './faults.ts';
import { countResent } from './count-resent.ts';
import type { Sources } from './sources.ts';

/** Somebody who sends files over a wire that fails. */
export interface ChaosSender {
  readonly name: string;
  readonly proxy: ChaosProxy;
  readonly uploadFolder: string;
  /** An upload whose creation was not answered is created again, under another id: of the first there is nothing, for 7 days. */
  readonly leavesEmpty?: boolean;
  /** Begins to send; resolves when that is done, long before all has arrived. */
  send(paths: readonly string[]): Promise<void>;
  /** The wire stands still; lets the fault happen, the wire go on, and what was taken away come back. */
  suffer(fault: SenderFaultName, sources: Sources): Promise<void>;
  /** Lets the sender's clock jump ahead, while the wire is stalled; asked again and again until all has arrived. */
  readonly passTime: (() => Promise<void>) | null;
  /** Fails when the sender's own screen does not come to say that all has arrived. */
  expectArrived(sources: Sources): Promise<void>;
}

const STRUCK_WITHIN_MS = 30_000;
const HEALED_WITHIN_MS = 75_000;

/** One run: the fault comes, the sender goes on by itself, and every file is there once, whole, under its name. */
export async function endure(sender: ChaosSender, run: ChaosRun, sources: Sources, testInfo: TestInfo): Promise<void> {
  const { proxy, uploadFolder } = sender;
  const { fault, percent } = run;
  const before = proxy.seen().length;
  const startedBytes = proxy.uploadedBytes();
  const measured: { resentBytes: number | null; healMs: number | null } = { resentBytes: null, healMs: null };
  try {
    const struck = proxy.strike(Math.floor((sources.totalBytes * percent) / 100), isWireFault(fault) ? WIRE_FAULTS[fault] : { kind: 'hold' });
    await sender.send(sources.paths);
    await within(STRUCK_WITHIN_MS, 'the wire to carry the bytes before the fault', struck);
    const struckAtMs = performance.now();
    if (!isWireFault(fault)) await sender.suffer(fault, sources);
    await waitUntil('every file to be there', async () => {
      if (fault === 'stall') await sender.passTime?.();
      return (await readdir(uploadFolder)).filter((name) => name !== STAGING_NAME).length >= sources.hashes.size;
    }, HEALED_WITHIN_MS);
    await sender.expectArrived(sources);
    measured.healMs = Math.round(performance.now() - struckAtMs);
    expect(Object.fromEntries(await listTree(uploadFolder))).toEqual(Object.fromEntries(sources.hashes));
    await expect.poll(async () => (await listStaging(uploadFolder)).filter((staged) => isLeft(staged, sender.leavesEmpty === true))).toEqual([]);
    measured.resentBytes = countResent(proxy.seen().slice(before), proxy.uploadedBytes() - startedBytes, sources.totalBytes);
    expect(measured.resentBytes, 'bytes that were sent again').toBeLessThanOrEqual(mostResentBytes(fault));
  } finally {
    await testInfo.attach('wire', { body: proxy.seen().slice(before).filter(({ path }) => path !== '/').map(describeExchange).join('\n') });
    testInfo.annotations.push({ type: 'chaos', description: JSON.stringify({ what: FAULT_WORDS[fault], ...run, sender: sender.name, ...measured }) });
  }
}

function isLeft({ name, sizeBytes }: StagedFile, mayBeEmpty: boolean): boolean {
  return mayBeEmpty ? name.endsWith('.part') && sizeBytes > 0 : /\.(?:part|json)$/.test(name);
}

function describeExchange({ method, path, lengthBytes, passedBytes, status }: Exchange): string {
  return `${method} ${path} ${passedBytes}/${lengthBytes ?? 0} ${status ?? 'no answer'}`;
}
