import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { watchStrangers, type Strangers } from '../../../server/http/connections/watch-strangers.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

interface Listening {
  readonly strangers: Strangers;
  readonly told: () => number;
  /** Connects as that address; resolves when the server has seen the end of it. */
  readonly visit: (from: string, said: string) => Promise<void>;
}

/** Real connections; only where they come from is made up, since this computer cannot be another one. */
async function listen(): Promise<Listening> {
  let count = 0;
  let from = '';
  let ended = 0;
  const strangers = watchStrangers(() => (count += 1));
  const server = createServer((request, response) => {
    strangers.noteRequest(request.socket);
    response.setHeader('Connection', 'close').end('hello');
  });
  server.on('connection', (socket: Socket) => {
    Object.defineProperty(socket, 'remoteAddress', { value: from });
    strangers.noteConnection(socket);
    socket.once('close', () => (ended += 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    strangers,
    told: () => count,
    async visit(address, said) {
      from = address;
      const before = ended;
      const socket = connect(port, '127.0.0.1');
      socket.on('data', () => undefined).on('error', () => undefined);
      await once(socket, 'connect');
      if (said === '') socket.destroy();
      else socket.write(said);
      await waitUntil('its end', () => ended > before);
    },
  };
}

test('a device that leaves before it asks for anything is told of; one that asks, and this computer itself, are not', async () => {
  const { strangers, told, visit } = await listen();
  await visit('192.0.2.77', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await visit('127.0.0.1', '');
  await visit('::ffff:127.0.0.1', '');
  expect(told()).toBe(0);
  await visit('198.51.100.7', '');
  expect(told()).toBe(1);
  await visit('2001:db8::7', '');
  expect(told()).toBe(2);
  // What is open when receiving ends was closed by us.
  strangers.stop();
  await visit('198.51.100.7', '');
  expect(told()).toBe(2);
});
