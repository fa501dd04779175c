import { stripVTControlCharacters } from 'node:util';
import { buildForm, file } from '../helpers/multipart.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import type { Box } from './box.ts';
import { atMost, truth, type Row } from './row.ts';
import { runTool } from './run-tool.ts';

const LOOK_EVERY_MS = 50;
const UPLOAD_BYTES = 500_000;
const ALL_CLOSED = 'No open connections left';

export interface SlowConnections {
  readonly count: number;
  /** Of slowhttptest, besides count, rate and address. */
  readonly args: readonly string[];
  readonly path: string;
  /** After all of them were open, the last one has to be gone within this time. */
  readonly goneWithinMs: number;
  /** False when it does not look: it has not read what came before the end. */
  readonly seesTheEnd?: boolean;
}

/** Opens slow connections with slowhttptest, sends uploads beside them, and measures when the last of them is gone. */
export async function keepSlow(box: Box, { count, args, path, goneWithinMs, seesTheEnd = true }: SlowConnections): Promise<readonly Row[]> {
  const before = await box.openFiles();
  const beganMs = performance.now();
  let [most, openAtMs, goneAtMs, isOver] = [before, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, false];
  const watch = async (): Promise<void> => {
    const isDone = (): boolean => isOver && (goneAtMs < Number.POSITIVE_INFINITY || performance.now() > beganMs + 3 * goneWithinMs);
    while (!isDone()) {
      const open = await box.openFiles();
      most = Math.max(most, open);
      if (open >= before + count) openAtMs = Math.min(openAtMs, performance.now());
      // Two of an upload beside them, and its file.
      if (open > before + 3) goneAtMs = Number.POSITIVE_INFINITY;
      else if (goneAtMs === Number.POSITIVE_INFINITY && most > before + count / 2) goneAtMs = performance.now();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const uploads: { readonly status: number | string; readonly tookMs: number }[] = [];
  const send = async (): Promise<void> => {
    const form = buildForm([file('beside.bin', sampleBytes(UPLOAD_BYTES))]);
    while (!isOver) {
      const sentAtMs = performance.now();
      const status = await box.guest.post('/api/uploads', form).then((answer) => answer.status, (error: unknown) => String(error));
      uploads.push({ status, tookMs: performance.now() - sentAtMs });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const running = runTool('slowhttptest', [...args, '-c', String(count), '-r', String(count), '-p', '10', '-u', box.server.url + path]).finally(() => (isOver = true));
  const [told] = await Promise.all([running, watch(), send()]);
  const ending = /Exit status:(?<status>[^\n]*)/u.exec(stripVTControlCharacters(told.toString('latin1')))?.groups?.['status']?.trim() ?? 'nothing';
  const refused = uploads.filter(({ status }) => status !== 201).map(({ status }) => status);
  return [
    truth(`open at once, of ${count}`, openAtMs < Number.POSITIVE_INFINITY, `${Math.min(count, most - before)}`, `${count}`),
    atMost('the last one gone after', (goneAtMs - Math.min(openAtMs, goneAtMs)) / 1000, goneWithinMs / 1000, 's'),
    ...(seesTheEnd ? [truth('slowhttptest ended with', ending === ALL_CLOSED, ending, ALL_CLOSED)] : []),
    truth('uploads beside them', uploads.length > 2 && refused.length === 0, `${uploads.length} stored, the slowest in ${(Math.max(...uploads.map(({ tookMs }) => tookMs)) / 1000).toFixed(2)} s${refused.length > 0 ? `; refused: ${refused.join(', ')}` : ''}`, 'all stored'),
  ];
}

/** How many requests the log says were answered so. */
export function countAnswered({ lines }: Box, method: string, path: string, status: number): number {
  return lines.filter((line) => line.includes('request:answered') && line.includes(`"method":"${method}"`) && line.includes(`"path":"${path}"`) && line.includes(`"status":${status}`)).length;
}
