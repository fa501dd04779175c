import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import type { GroupTarget } from '../../electron/main/sending/group-target.ts';
import { startServer, type RunningServer, type ServerConfig } from '../../server/index.ts';
import type { TappedWire } from './tapped-wire.ts';
import { makeTempFolder } from './temp-folder.ts';

/** The window's owner, and nobody else, is let in. */
export const SENDER_TOKEN = 'the-owner';

/** Files of this computer, a server for them, and the wire between. */
export interface SendingSide<Wire extends TappedWire> {
  readonly wire: Wire;
  /** The one that runs now. */
  server(): RunningServer;
  /** Over the wire. */
  readonly target: GroupTarget;
  /** Past the wire. */
  direct(): GroupTarget;
  /** Where finished files land. */
  readonly uploads: string;
  /** Writes a file that can be sent. @param told what is to be said of it otherwise than it is */
  write(id: string, content: Buffer, told?: Partial<FileToSend>): Promise<FileToSend>;
  /** Starts a server on the same folder; the one before must have stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @param startWire starts the wire, to a port that is asked for when a connection comes */
export async function startSendingSide<Wire extends TappedWire>(
  startWire: (target: () => number) => Promise<Wire>,
  config: Partial<ServerConfig> = {},
  { silenceMs }: Pick<GroupTarget, 'silenceMs'> = {},
): Promise<SendingSide<Wire>> {
  const temp = await makeTempFolder();
  const uploads = path.join(temp.path, 'uploads');
  await mkdir(uploads);
  let server: RunningServer | undefined;
  const running = (): RunningServer => {
    if (server === undefined) throw new Error('The server is not started.');
    return server;
  };
  const wire = await startWire(() => Number(new URL(running().url).port));
  const start = async (): Promise<void> => {
    server = await startServer({ folder: uploads, ownerToken: SENDER_TOKEN, allowedHosts: [`127.0.0.1:${wire.port}`], ...config }, () => undefined);
  };
  await start();
  const targetAt = (url: string): GroupTarget => ({
    url,
    ownerToken: SENDER_TOKEN,
    giveUp: (ids, code) => running().giveUp(ids, code),
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
  return {
    wire,
    server: running,
    target: targetAt(`http://127.0.0.1:${wire.port}`),
    direct: () => targetAt(running().url),
    uploads,
    async write(id, content, told = {}) {
      const file = path.join(temp.path, id);
      await writeFile(file, content);
      const { size, mtimeMs: modifiedAtMs } = await stat(file);
      return { id, batch: 'b1', path: file, name: id, folder: '', size, modifiedAtMs, ...told };
    },
    start,
    async stop() {
      await wire.close();
      await running().stop();
      await temp.remove();
    },
  };
}
