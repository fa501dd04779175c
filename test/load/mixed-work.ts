import { fileURLToPath } from 'node:url';
import { listTree } from '../helpers/disk.ts';
import { isObject } from '../helpers/http-answer.ts';
import { sha256 } from '../helpers/sample-bytes.ts';
import { CODE } from '../torture/server-process.ts';
import { withBox, type LoadSite } from './box.ts';
import { atMost, exactly, truth, type Row } from './row.ts';
import { runTool } from './run-tool.ts';

const SCRIPT = fileURLToPath(new URL('mixed-work.lua', import.meta.url));
const CONNECTIONS = 64;
const LOOK_EVERY_MS = 100;
/** What the script sends. */
const CONTENT_HASH = sha256('0123456789abcdef'.repeat(1250));

/** wrk with uploads by three roads, questions and requests that have to be refused. */
export function loadMixedWork(site: LoadSite, seconds: number): Promise<readonly Row[]> {
  return withBox(site, [], async (box) => {
    let most = box.atRest;
    const watching = setInterval(() => void box.openFiles().then((open) => (most = Math.max(most, open))), LOOK_EVERY_MS);
    const told = await runTool('wrk', ['-t', '2', '-c', String(CONNECTIONS), '-d', `${seconds}s`, '--timeout', '30s', '-s', SCRIPT, box.server.url], { SLIPWAY_CODE: CODE }).finally(() => clearInterval(watching));
    const { statuses, requests, lost, timeouts, p99Ms } = readReport(told.toString());
    const calledOff = await box.callOff();
    const rows = await box.settle();
    const files = [...(await listTree(box.folder)).values()];
    const [created, done] = [statuses['201'] ?? 0, statuses['200'] ?? 0];
    const serverErrors = Object.entries(statuses).reduce((sum, [status, count]) => (Number(status) >= 500 ? sum + count : sum), 0);
    return [
      truth('requests', requests > 0, `${requests}: ${Object.entries(statuses).map(([status, count]) => `${count} × ${status}`).join(', ')}; p99 ${p99Ms.toFixed(0)} ms`, 'some'),
      exactly('answered 5xx', serverErrors, 0),
      exactly('connections lost or timed out', lost + timeouts, 0),
      // Each connection with a file, or two while it gets its name.
      atMost('descriptors at most', most - box.atRest, 4 * CONNECTIONS),
      truth('files stored', files.length >= created && files.length <= created + done + CONNECTIONS, `${files.length}, for ${created} answered 201`, 'all acknowledged'),
      // wrk ends in the middle of what it does.
      atMost('unfinished, to be resumed', calledOff, CONNECTIONS),
      exactly('files that are not whole', files.filter((hash) => hash !== CONTENT_HASH).length, 0),
      ...rows,
    ];
  });
}

interface Report {
  readonly statuses: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly lost: number;
  readonly timeouts: number;
  readonly p99Ms: number;
}

/** @throws Error when the script did not come to its end */
function readReport(text: string): Report {
  const value: unknown = JSON.parse(text.trim().split('\n').at(-1) ?? '');
  if (!isObject(value) || !isObject(value['statuses'])) throw new Error(`wrk told nothing: ${text.slice(-500)}`);
  const statuses = Object.fromEntries(Object.entries(value['statuses']).map(([status, count]) => [status, Number(count)]));
  return { statuses, requests: Number(value['requests']), lost: Number(value['lost']), timeouts: Number(value['timeouts']), p99Ms: Number(value['p99Ms']) };
}
