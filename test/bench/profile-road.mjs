import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collect, writeSample } from './bench-folder.mjs';
import { sendThousandByOurPage } from './chromium-rows.mjs';
import { sendForm, sendTus } from './curl-roads.mjs';
import { startOurs } from './start-child.mjs';

const MOST_FRAMES = 12;

/** Where the server's time goes on one of our roads, form, tus or page: `{ frame, percent }`, the largest share first. */
export async function profileRoad(box, road, size) {
  const profiles = await box.make(`profile-${road}`);
  const server = await startOurs(await box.make(`profiled-${road}`), ['--cpu-prof', `--cpu-prof-dir=${profiles}`]);
  try {
    await collect(server.folder, road, await send(box, road, size, server));
  } finally {
    await server.stop();
  }
  const [name] = (await readdir(profiles)).filter((file) => file.endsWith('.cpuprofile'));
  return topFrames(JSON.parse(await readFile(join(profiles, name), 'utf8')));
}

/** @returns the files and bytes that must have arrived */
async function send(box, road, size, { url }) {
  if (road === 'page') return sendThousandByOurPage(box, url);
  const path = await writeSample(await box.make('profile-source'), 'profiled.bin', size);
  if (road === 'tus') await sendTus(`${url}/api/tus`, path, size);
  else await sendForm(`${url}/api/uploads`, path);
  return { files: 1, bytes: size };
}

function topFrames({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const spentUs = new Map();
  for (const [index, id] of samples.entries()) {
    const frame = nameOf(byId.get(id));
    spentUs.set(frame, (spentUs.get(frame) ?? 0) + timeDeltas[index]);
  }
  const idle = spentUs.get('(idle)') ?? 0;
  const total = [...spentUs.values()].reduce((sum, us) => sum + us, 0) - idle;
  return [...spentUs]
    .filter(([frame]) => frame !== '(idle)')
    .sort(([, left], [, right]) => right - left)
    .slice(0, MOST_FRAMES)
    .map(([frame, us]) => ({ frame, percent: Math.round((us / total) * 1000) / 10 }));
}

function nameOf({ functionName, url, lineNumber }) {
  const file = url.replace(/^.*\/(?:node_modules|out)\//, '');
  return file === '' ? functionName || '(anonymous)' : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}
