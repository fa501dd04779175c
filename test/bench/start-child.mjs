import { fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PATIENCE_MS = 15_000;

/** Slipway's server in a process of its own. @param execArgv options for that Node.js */
export async function startOurs(folder, execArgv = []) {
  const ownerToken = randomUUID();
  return { ...(await start('our-server.mjs', [folder, ownerToken], execArgv)), folder, ownerToken };
}

/** @param kind multer, tus, busboy or pipe */
export async function startPeer(kind, folder, pages) {
  return { ...(await start('peer-server.mjs', [kind, folder, pages], [])), folder };
}

async function start(script, args, execArgv) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = async (message) => {
    child.send(message);
    const [answer] = await once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer;
  };
  const [{ port }] = await once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
  return {
    pid: child.pid,
    url: `http://127.0.0.1:${port}`,
    watch: () => ask('watch'),
    report: () => ask('report'),
    stop: () => stop(child, () => child.disconnect()),
  };
}

async function stop(child, askToEnd) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  askToEnd();
  await ended;
  clearTimeout(timer);
}

/** nginx with its WebDAV module, which takes a PUT straight to a file; null where it is not installed. */
export async function startNginxPut(folder, home) {
  const program = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync);
  if (program === undefined) return null;
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(home, name)};`).join(' ');
  const configuration = join(home, 'nginx.conf');
  await writeFile(configuration, `daemon off; master_process off; pid ${join(home, 'nginx.pid')}; events {}
    http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; root ${folder}; dav_methods PUT; client_max_body_size 0; } }`);
  const child = spawn(program, ['-p', home, '-c', configuration, '-e', join(home, 'error.log')], { stdio: 'ignore' });
  // Unlike our own children it does not end with its parent.
  process.once('exit', () => child.kill());
  const untilMs = performance.now() + PATIENCE_MS;
  while (!(await canConnect(port))) {
    // Built without the module, for instance: then it is not there for us.
    if (child.exitCode !== null || performance.now() > untilMs) return null;
  }
  return { pid: child.pid, url: `http://127.0.0.1:${port}`, folder, stop: () => stop(child, () => child.kill('SIGTERM')) };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (result) => {
      socket.destroy();
      setTimeout(resolve, 20, result);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
