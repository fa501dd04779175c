import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { collect, writeHoles, writeSample } from './bench-folder.mjs';
import { sendForm, sendTus } from './curl-roads.mjs';
import { timed } from './interleave.mjs';
import { startOurs } from './start-child.mjs';

const SAMPLE_EVERY_MS = 100;
const MIB = 2 ** 20;
const WARM_UP_BYTES = MIB;

/** How much the server's resident memory grows, and how late its event loop gets, while many bytes arrive. */
export async function measureMemory(box, { memoryBytes }) {
  if (!existsSync('/proc/self/status')) return [];
  const source = await box.make('holes');
  const path = await writeHoles(source, 'holes.bin', memoryBytes);
  const warmUp = await writeSample(source, 'warm-up.bin', WARM_UP_BYTES);
  const roads = [
    { road: 'form', send: ({ url }, file) => sendForm(`${url}/api/uploads`, file) },
    { road: 'tus', send: ({ url }, file, bytes) => sendTus(`${url}/api/tus`, file, bytes) },
  ];
  const rows = [];
  for (const { road, send } of roads) {
    const server = await startOurs(await box.make(`memory-${road}`));
    try {
      await send(server, warmUp, WARM_UP_BYTES);
      await collect(server.folder, road, { files: 1, bytes: WARM_UP_BYTES });
      await server.watch();
      const before = await residentBytes(server.pid);
      let peak = before;
      const sampling = setInterval(async () => {
        peak = Math.max(peak, await residentBytes(server.pid).catch(() => 0));
      }, SAMPLE_EVERY_MS);
      const ms = await timed(() => send(server, path, memoryBytes)).finally(() => clearInterval(sampling));
      const { delayP99Ms, delayMaxMs, cpuMs } = await server.report();
      await collect(server.folder, road, { files: 1, bytes: memoryBytes });
      rows.push({ road, ms: Math.round(ms), beforeMiB: Math.round(before / MIB), grownMiB: Math.round((peak - before) / MIB), delayP99Ms: round(delayP99Ms), delayMaxMs: round(delayMaxMs), cpuMs: Math.round(cpuMs) });
      console.error(`memory, ${road}: grown by ${rows.at(-1).grownMiB} MiB in ${(ms / 1000).toFixed(1)} s, event-loop delay p99 ${rows.at(-1).delayP99Ms} ms`);
    } finally {
      await server.stop();
    }
  }
  return rows;
}

async function residentBytes(pid) {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024;
}

function round(ms) {
  return Math.round(ms * 10) / 10;
}

/** The targets for these rows. */
export function judgeMemory(rows, memoryBytes) {
  const gib = memoryBytes / 2 ** 30;
  return rows.flatMap(({ road, grownMiB, delayP99Ms }) => [
    { road, what: `${road}, memory growth while ${gib} GiB arrive`, figure: grownMiB, below: 64, unit: ' MiB' },
    { road, what: `${road}, event-loop delay p99 meanwhile`, figure: delayP99Ms, below: 50, unit: ' ms' },
  ]);
}
