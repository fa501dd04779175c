import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { collect, writeSample } from './bench-folder.mjs';
import { sendTus } from './curl-roads.mjs';
import { interleave, timed } from './interleave.mjs';
import { startOurs } from './start-child.mjs';
import { watchQueue } from './watch-queue.mjs';

const RECORDS = 10_000;
const ANNOUNCED_AT_ONCE = 2000;
const WARM_UP_POLLS = 500;
const POLLS = 3000;
const WATCHERS = 20;
const POLL_EVERY_MS = 250;

/** What polling costs a server with a long queue: alone, and beside an upload. */
export async function measurePolls(box, options) {
  const { sizeBytes } = options;
  const path = await writeSample(await box.make('poll-source'), 'watched.bin', sizeBytes);
  const server = await startOurs(await box.make('polls'));
  const agent = new Agent({ keepAlive: true });
  try {
    await announce(server, agent);
    const unchanged = await measureUnchanged(server, agent);
    console.error(`polls: unchanged, ${unchanged.bodyBytes} bytes (${unchanged.wireBytes} with headers), ${unchanged.cpuMs} ms of server CPU`);
    const upload = (name, watch) => ({
      name,
      pid: server.pid,
      async turn() {
        const stop = watch ? await startWatchers(server, agent) : () => undefined;
        const ms = await timed(() => sendTus(`${server.url}/api/tus`, path, sizeBytes)).finally(stop);
        await collect(server.folder, name, { files: 1, bytes: sizeBytes });
        return ms;
      },
    });
    await upload('warm-up', false).turn();
    const rows = await interleave('polls', [upload('nobody watches', false), upload('20 watchers, 4 times a second', true)], options);
    return { unchanged, rows };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

async function announce(server, agent) {
  for (let from = 0; from < RECORDS; from += ANNOUNCED_AT_ONCE) {
    const files = Array.from({ length: ANNOUNCED_AT_ONCE }, (_, index) => ({ id: `bench-${from + index}`, name: `photo-${from + index}.jpg`, size: 1000 }));
    await exchange(server, agent, 'POST', '/api/batches', JSON.stringify({ batch: `bench-${from}`, files }));
  }
}

async function measureUnchanged(server, agent) {
  const { revision, uploads } = JSON.parse((await exchange(server, agent, 'GET', '/api/uploads')).body);
  if (uploads.length !== RECORDS) throw new Error(`${uploads.length} of ${RECORDS} records are in the queue`);
  const path = `/api/uploads?since=${encodeURIComponent(revision)}`;
  for (let poll = 0; poll < WARM_UP_POLLS; poll += 1) await exchange(server, agent, 'GET', path);
  await server.watch();
  let answer;
  for (let poll = 0; poll < POLLS; poll += 1) answer = await exchange(server, agent, 'GET', path);
  const { cpuMs } = await server.report();
  if (answer.status === 200 && JSON.parse(answer.body).unchanged !== true) throw new Error('the queue changed by itself');
  return { records: RECORDS, bodyBytes: Buffer.byteLength(answer.body), wireBytes: answer.wireBytes, cpuMs: Math.round((cpuMs / POLLS) * 1000) / 1000 };
}

/** Each with a connection and a revision of its own, evenly spread over the quarter of a second. */
async function startWatchers(server, agent) {
  const { revision } = JSON.parse((await exchange(server, agent, 'GET', '/api/uploads')).body);
  const stops = await Promise.all(Array.from({ length: WATCHERS }, (_, index) =>
    watchQueue(server, revision, { everyMs: POLL_EVERY_MS, firstAfterMs: (index * POLL_EVERY_MS) / WATCHERS })));
  return () => Promise.all(stops.map((stop) => stop()));
}

/** One request as the window makes it, which sees everybody's records. */
async function exchange({ url, ownerToken }, agent, method, path, body) {
  const headers = { authorization: `Bearer ${ownerToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) };
  const asked = request(`${url}${path}`, { agent, method, headers });
  asked.end(body);
  const [response] = await once(asked, 'response');
  const before = response.socket.benchBytes ?? 0;
  response.setEncoding('utf8');
  let text = '';
  for await (const part of response) text += part;
  const { socket } = asked;
  const wireBytes = socket.bytesRead - before;
  socket.benchBytes = socket.bytesRead;
  if (response.statusCode >= 400) throw new Error(`${method} ${path} was answered with ${response.statusCode}: ${text}`);
  return { status: response.statusCode, body: text, wireBytes };
}

/** The targets for these rows. */
export function judgePolls({ unchanged, rows }) {
  const [alone, watched] = rows.map(({ medianMs }) => medianMs);
  return [
    { road: 'polls', what: `unchanged poll with ${unchanged.records.toLocaleString('en-US')} records, size`, figure: unchanged.bodyBytes, below: 200, unit: ' bytes' },
    { road: 'polls', what: `unchanged poll with ${unchanged.records.toLocaleString('en-US')} records, server CPU`, figure: unchanged.cpuMs, below: 1, unit: ' ms' },
    { road: 'polls', what: '20 watchers, 4 polls a second each: throughput lost', figure: (1 - alone / watched) * 100, below: 3, unit: ' %' },
  ];
}
