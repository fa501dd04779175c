import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Polls the queue over a connection of its own, as a window does, with as little work as can be: what the watchers cost their own
 * side must not be counted as the server's, for they stand on other machines.
 * @returns how to stop; resolves when the last answer is here
 */
export async function watchQueue({ url, ownerToken }, revision, { everyMs, firstAfterMs }) {
  const { host, hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('latin1');
  await once(socket, 'connect');
  let known = revision;
  let answered = null;
  let text = '';

  socket.on('data', (part) => {
    text += part;
    const bodyAt = text.indexOf('\r\n\r\n') + 4;
    const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? (text.startsWith('HTTP/1.1 304') ? 0 : Number.NaN));
    if (Number.isNaN(length) && bodyAt > 3) throw new Error(`A poll was answered with ${text.slice(0, 40)}`);
    if (bodyAt < 4 || text.length - bodyAt < length) return;
    known = /"revision":"([^"]+)"/.exec(text)?.[1] ?? known;
    text = '';
    answered?.();
    answered = null;
  });

  function ask() {
    if (answered !== null) return;
    answered = () => undefined;
    socket.write(`GET /api/uploads?since=${encodeURIComponent(known)} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${ownerToken}\r\n\r\n`);
  }

  let timer = setTimeout(() => {
    ask();
    timer = setInterval(ask, everyMs);
  }, firstAfterMs);
  return async () => {
    clearTimeout(timer);
    clearInterval(timer);
    if (answered !== null) await new Promise((resolve) => { answered = resolve; });
    socket.destroy();
  };
}
