import { collect, writeSample } from './bench-folder.mjs';
import { sendForm, sendPut, sendTus } from './curl-roads.mjs';
import { interleave, timed } from './interleave.mjs';
import { startNginxPut, startOurs, startPeer } from './start-child.mjs';

const WARM_UP_BYTES = 32 * 2 ** 20;

/** The servers alone: curl sends one large file over every road. */
export async function measureCurl(box, options) {
  const { sizeBytes } = options;
  const source = await box.make('source');
  const large = await writeSample(source, 'large.bin', sizeBytes);
  const warmUp = await writeSample(source, 'warm-up.bin', WARM_UP_BYTES);
  const servers = {};
  try {
    servers.ours = await startOurs(await box.make('ours'));
    for (const kind of ['multer', 'tus', 'busboy', 'pipe']) servers[kind] = await startPeer(kind, await box.make(kind), source);
    servers.nginx = await startNginxPut(await box.make('nginx'), await box.make('nginx-home'));

    const road = (name, server, send) => ({
      name,
      pid: server.pid,
      async turn(path = large, bytes = sizeBytes) {
        const ms = await timed(() => send(path, bytes));
        await collect(server.folder, name, { files: 1, bytes });
        return ms;
      },
    });
    const { ours, multer, tus, busboy, pipe, nginx } = servers;
    const roads = [
      road('Slipway, form', ours, (path) => sendForm(`${ours.url}/api/uploads`, path)),
      road('express + multer, form', multer, (path) => sendForm(`${multer.url}/upload`, path)),
      road('Slipway, tus', ours, (path, bytes) => sendTus(`${ours.url}/api/tus`, path, bytes)),
      road('@tus/server + file store', tus, (path, bytes) => sendTus(`${tus.url}/files`, path, bytes)),
      road('busboy to a file, form', busboy, (path) => sendForm(busboy.url, path)),
      road('raw Node pipe, PUT', pipe, (path) => sendPut(`${pipe.url}/large.bin`, path)),
      ...(nginx === null ? [] : [road('nginx, PUT', nginx, (path) => sendPut(`${nginx.url}/large.bin`, path))]),
    ];
    for (const { turn } of roads) await turn(warmUp, WARM_UP_BYTES);
    return await interleave('curl', roads, options);
  } finally {
    for (const server of Object.values(servers)) await server?.stop();
  }
}

/** The targets for these rows. */
export function judgeCurl(rows) {
  const msOf = (name) => rows.find((row) => row.name === name)?.medianMs;
  const form = msOf('Slipway, form');
  const tus = msOf('Slipway, tus');
  const nginx = msOf('nginx, PUT');
  return [
    { road: 'form', what: 'form, speed against express + multer', figure: msOf('express + multer, form') / form, least: 1.25, unit: '×' },
    { road: 'tus', what: 'tus, speed against @tus/server', figure: msOf('@tus/server + file store') / tus, least: 1.5, unit: '×' },
    ...(nginx === undefined ? [] : [{ road: form < tus ? 'form' : 'tus', what: 'best of our roads, speed against nginx PUT', figure: nginx / Math.min(form, tus), least: 0.75, unit: '×' }]),
  ];
}
