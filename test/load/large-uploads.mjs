import { readFile } from 'node:fs/promises';
import { collect, openBenchFolder, writeHoles } from '../bench/bench-folder.mjs';
import { sendForm, sendTus } from '../bench/curl-roads.mjs';
import { startOurs } from '../bench/start-child.mjs';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const PING_EVERY_MS = 20;

/** D19 and I8: several large files at once, half of them by a form and half by tus. @returns rows as test/load/row.ts has them */
export async function loadLargeUploads({ parent, gib }) {
  const bytes = Math.round(gib * GIB);
  const size = `${Number(gib.toFixed(2))} GiB`;
  const box = await openBenchFolder(parent, 8 * bytes + GIB);
  const server = await startOurs(await box.make('uploads'));
  try {
    const path = await writeHoles(await box.make('source'), 'large.bin', bytes);
    const warmUp = await writeHoles(await box.make('small'), 'warm-up.bin', MIB);
    const send = async (source, sourceBytes, count) => {
      await Promise.all(Array.from({ length: count }, (_, index) => (index % 2 === 0 ? sendForm(`${server.url}/api/uploads`, source) : sendTus(`${server.url}/api/tus`, source, sourceBytes))));
      await collect(server.folder, 'load', { files: count, bytes: count * sourceBytes });
    };
    await send(warmUp, MIB, 8);

    await server.watch();
    const pings = pingUntil(server);
    await send(path, bytes, 4).finally(() => pings.stop());
    const { delayP99Ms, delayMaxMs } = await server.report();
    const delays = await pings.delaysMs;

    const before = await memory(server.pid, 'VmRSS');
    await send(path, bytes, 8);
    const grown = (await memory(server.pid, 'VmHWM')) - before;
    return [
      row(`event-loop delay p99 while 4 × ${size} arrive`, delayP99Ms, 50, 'ms', `, at most ${delayMaxMs.toFixed(0)} ms`),
      row(`ping of the API p99 meanwhile`, percentile(delays, 0.99), 100, 'ms', `, ${delays.length} pings, at most ${Math.max(...delays).toFixed(0)} ms`),
      row(`memory grown while 8 × ${size} arrive`, grown / 1e6, 150, 'MB', `, from ${(before / 1e6).toFixed(0)} MB`),
    ];
  } finally {
    await server.stop();
    await box.remove();
  }
}

/** Asks for the name of the server again and again, one question at a time. */
function pingUntil(server) {
  let isOver = false;
  const ping = async () => {
    const delaysMs = [];
    while (!isOver) {
      const beganMs = performance.now();
      const answer = await fetch(`${server.url}/api/server`, { headers: { authorization: `Bearer ${server.ownerToken}` } });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`The ping was answered ${answer.status}.`);
      delaysMs.push(performance.now() - beganMs);
      await new Promise((resolve) => setTimeout(resolve, PING_EVERY_MS));
    }
    return delaysMs;
  };
  return { delaysMs: ping(), stop: () => (isOver = true) };
}

function row(what, figure, below, unit, more) {
  return { what, seen: `${figure.toFixed(1)} ${unit}${more}`, bound: `< ${below} ${unit}`, state: figure < below ? 'met' : 'missed' };
}

function percentile(numbers, share) {
  return numbers.toSorted((one, other) => one - other)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))] ?? Number.NaN;
}

async function memory(pid, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
