import type { WebContents, WebFrameMain } from 'electron';
import { beforeEach, expect, test, vi } from 'vitest';

type Listener = (event: { senderFrame: WebFrameMain | null }, ask: unknown) => unknown;

// Frames that are gone or hang below ours cannot be had on demand, so Electron's side of the door is played here.
const door = vi.hoisted(() => ({ handlers: new Map<string, unknown>() }));
vi.mock('electron', () => ({
  ipcMain: {
    handle: (channel: string, listener: unknown) => door.handlers.set(channel, listener),
    on: (channel: string, listener: unknown) => door.handlers.set(channel, listener),
    removeHandler: (channel: string) => door.handlers.delete(channel),
    removeListener: (channel: string) => door.handlers.delete(channel),
  },
}));
const { createIpc } = await import('../../electron/main/ipc/ipc.ts');

const frame = (url: string): WebFrameMain => ({ url }) as Partial<WebFrameMain> as WebFrameMain;
const ours = frame('app://slipway/index.html');
const contents = { mainFrame: ours } as Partial<WebContents> as WebContents;

function listenerOf(channel: string): Listener {
  const listener = door.handlers.get(channel);
  if (typeof listener !== 'function') throw new Error(`Nobody listens on ${channel}.`);
  return listener as Listener;
}

let heard: unknown[];
beforeEach(() => {
  heard = [];
  const ipc = createIpc(() => contents, () => undefined);
  ipc.handle('receive:get', async (ask) => {
    heard.push(ask);
    return { on: false };
  });
  ipc.on('api:abort', (told) => heard.push(told));
});

test('our own top frame is heard', async () => {
  await expect(listenerOf('receive:get')({ senderFrame: ours }, null)).resolves.toEqual({ on: false });
  listenerOf('api:abort')({ senderFrame: ours }, { id: 'a' });
  expect(heard).toEqual([null, { id: 'a' }]);
});

test.each([
  ['a frame that is gone', null],
  ['a frame inside our page, even of our origin', frame('app://slipway/index.html')],
  ['a foreign page', frame('https://example.org/')],
])('J2: %s is refused, and nothing runs', async (_what, senderFrame) => {
  await expect(listenerOf('receive:get')({ senderFrame }, null)).rejects.toThrow('IPC_SENDER_DENIED');
  listenerOf('api:abort')({ senderFrame }, { id: 'a' });
  expect(heard).toEqual([]);
});

test('J2: our own window after it went elsewhere is refused', async () => {
  const elsewhere = frame('https://example.org/');
  const ipc = createIpc(() => ({ mainFrame: elsewhere }) as Partial<WebContents> as WebContents, () => undefined);
  ipc.handle('receive:get', async () => ({ on: false }));
  await expect(listenerOf('receive:get')({ senderFrame: elsewhere }, null)).rejects.toThrow('IPC_SENDER_DENIED');
});
