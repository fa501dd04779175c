// npm run bench: Slipway beside its peers. `npm run bench -- --help` tells the options.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuilt } from '../../build/built.mjs';
import { ROOT } from '../../build/root.mjs';
import { openBenchFolder } from './bench-folder.mjs';
import { readBenchOptions } from './bench-options.mjs';
import { judgeChromium, measureChromium } from './chromium-rows.mjs';
import { judgeCurl, measureCurl } from './curl-rows.mjs';
import { judgeMemory, measureMemory } from './memory-rows.mjs';
import { judgePolls, measurePolls } from './poll-rows.mjs';
import { profileRoad } from './profile-road.mjs';
import { decide, describeMachine, render } from './report.mjs';

const GIB = 2 ** 30;
const PROFILED_ROADS = ['form', 'tus', 'page'];
const NOTES = [
  'Slipway hashes every byte (XXH3, 128 bits, at both ends where its page sends) and flushes every file to the disk before it answers; the peers do neither. On a memory-backed folder flushing costs nothing.',
  'Slipway\'s page announces files, and every file has its own record and outcome; a bare fetch of a form has neither.',
];

async function bench(options) {
  const { parts, sizeBytes, memoryBytes } = options;
  await ensureBuilt();
  const box = await openBenchFolder(options.folder, Math.max(3 * sizeBytes, memoryBytes) + GIB);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void box.remove().finally(() => process.exit(130)));
  const result = { machine: describeMachine(box), tables: [], targets: [], memory: [], profiles: [], notes: NOTES };
  const title = `${sizeBytes / 2 ** 20} MiB`;
  const isOn = (part) => parts.includes(part) && performance.now() < options.deadlineMs;
  try {
    if (isOn('curl')) {
      const rows = await measureCurl(box, options);
      result.tables.push({ title: `curl, ${title}`, rows, bytes: sizeBytes });
      result.targets.push(...judgeCurl(rows));
    }
    if (isOn('chromium')) {
      const { browser, large, small } = await measureChromium(box, options);
      result.machine.chromium = browser;
      result.tables.push({ title: `Chromium, ${title}`, rows: large, bytes: sizeBytes }, { title: 'Chromium, 1,000 × 20 kB', rows: small, bytes: 20_000_000 });
      result.targets.push(...judgeChromium({ large, small }));
    }
    if (isOn('memory')) {
      result.memory = await measureMemory(box, options);
      result.targets.push(...judgeMemory(result.memory, memoryBytes));
    }
    if (isOn('polls')) {
      const { unchanged, rows } = await measurePolls(box, options);
      result.unchanged = unchanged;
      result.tables.push({ title: `tus with curl, ${title}`, rows, bytes: sizeBytes });
      result.targets.push(...judgePolls({ unchanged, rows }));
    }
    result.targets = result.targets.map(decide);
    for (const road of PROFILED_ROADS) {
      // What stands in the way of a target that is not met.
      if (options.profile || result.targets.some((target) => target.road === road && !target.met)) result.profiles.push({ road, frames: await profileRoad(box, road, sizeBytes) });
    }
  } finally {
    await box.remove();
  }
  for (const part of parts) if (performance.now() >= options.deadlineMs && !isOn(part)) result.notes = [...NOTES, 'The time was up before all turns were taken; --minutes gives more.'];
  await mkdir(join(ROOT, 'out'), { recursive: true });
  await writeFile(join(ROOT, 'out', 'bench.json'), `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\n${render(result)}\n\nWritten to out/bench.json.`);
}

try {
  const options = readBenchOptions(process.argv.slice(2));
  if (options.help === undefined) await bench(options);
  else console.log(options.help);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
