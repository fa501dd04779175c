import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLevel } from '../../server/log.ts';
import { startServer, type LogFields, type RunningServer, type ServerConfig } from '../../server/index.ts';
import { createClient, type TestClient } from './client.ts';
import { makeTempFolder } from './temp-folder.ts';

export const TEST_CODE = 'K7M4QX';
export const OWNER_TOKEN = 'owner-token-of-the-tests-0123456789abcdef';

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

export interface TestServer {
  readonly running: RunningServer;
  readonly url: string;
  readonly port: number;
  /** `host:port`, as a Host header says it. */
  readonly host: string;
  /** Upload folder; its parent holds nothing but it and the canary tree. */
  readonly folder: string;
  /** Folder beside the upload folder that no upload may ever touch. */
  readonly canary: string;
  readonly log: readonly LogLine[];
  /** Sends the code with every request. */
  readonly guest: TestClient;
  /** Sends the owner's token with every request. */
  readonly owner: TestClient;
  /** Sends neither. */
  readonly stranger: TestClient;
  stop(): Promise<void>;
}

export interface TestServerOptions extends Partial<ServerConfig> {
  /** Folder on another disk under which the test's own folder is made. */
  readonly parent?: string;
  /** Told each log line in the moment in which it is written. */
  readonly onLog?: (line: LogLine) => void;
}

/** A real server in this process on a free port and in a new folder. The caller stops it. */
export async function launchServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { parent, onLog, ...config } = options;
  const temp = await makeTempFolder(parent);
  const folder = config.folder ?? join(temp.path, 'uploads');
  const canary = join(temp.path, 'canary');
  await mkdir(canary);
  await writeFile(join(canary, 'untouched.txt'), 'This file belongs to somebody else.');
  const log: LogLine[] = [];
  let running: RunningServer;
  try {
    running = await startServer(
      { code: TEST_CODE, ownerToken: OWNER_TOKEN, reserveBytes: 0, name: 'Test computer', ...config, folder },
      (level, event, fields = {}) => {
        log.push({ level, event, fields });
        onLog?.({ level, event, fields });
      },
    );
  } catch (error) {
    await temp.remove();
    throw error;
  }
  const { host, port } = new URL(running.url);
  let stopped: Promise<void> | undefined;
  return {
    running,
    url: running.url,
    port: Number(port),
    host,
    folder,
    canary,
    log,
    // The code is shown in groups for people; a header takes it without spaces.
    guest: createClient(running.url, running.code?.replaceAll(' ', '') ?? null),
    owner: createClient(running.url, OWNER_TOKEN),
    stranger: createClient(running.url, null),
    stop: () => (stopped ??= running.stop().then(() => temp.remove())),
  };
}
