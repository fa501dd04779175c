import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startProcess, type TestProcess } from './child-process.ts';
import { createClient, type TestClient } from './client.ts';
import { isObject } from './http-answer.ts';
import { TEST_CODE } from './launch-server.ts';
import { makeUploadFolder } from './upload-folder.ts';
import { waitUntil } from './wait-until.ts';

const CLI = fileURLToPath(new URL('../../out/server/cli.js', import.meta.url));

/** A headless server in a process of its own. */
export interface CliServer {
  readonly child: TestProcess;
  /** Of the server itself, also when it runs under another program. */
  readonly pid: number;
  readonly url: string;
  readonly port: number;
  readonly host: string;
  readonly code: string | null;
  readonly folder: string;
  readonly guest: TestClient;
}

export interface CliOptions {
  /** Upload folder; absent: a new one. */
  readonly folder?: string;
  readonly args?: readonly string[];
  /** Program that runs Node, with its own arguments before it: `['strace', '-f']`. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built command line as it is; for options that make it end at once. */
export function runCli(args: readonly string[], options: Pick<CliOptions, 'under' | 'env'> = {}): TestProcess {
  if (!existsSync(CLI)) throw new Error('The command line is not built: run "npm run build" first.');
  const [command, ...rest] = [...(options.under ?? []), process.execPath, CLI, ...args];
  return startProcess(command ?? process.execPath, rest, options.env);
}

/** Starts a headless server on a free port and resolves when it says that it is ready. */
export async function startCli(options: CliOptions = {}): Promise<CliServer> {
  const folder = options.folder ?? (await makeUploadFolder());
  const args = options.args ?? [];
  const code = args.includes('--code') || args.includes('--open') ? [] : ['--code', TEST_CODE];
  const child = runCli(['--folder', folder, '--port', '0', '--json', ...code, ...args], options);
  let ended = false;
  void child.ended.then(() => (ended = true), () => (ended = true));
  const ready = await waitUntil('the headless server to be ready', () => {
    if (ended) throw new Error(`The server ended at once: ${child.stderr()}`);
    return readReady(child.stdout());
  }, 15_000);
  const { host, port } = new URL(ready.url);
  return { child, ...ready, host, port: Number(port), folder, guest: createClient(ready.url, ready.code) };
}

function readReady(stdout: string): { url: string; code: string | null; pid: number } | undefined {
  const [line, ...more] = stdout.split('\n');
  if (line === undefined || more.length === 0) return undefined;
  const value: unknown = JSON.parse(line);
  if (!isObject(value)) throw new Error(`Not an object: ${line}`);
  const { url, code, pid } = value;
  if (typeof url !== 'string' || typeof pid !== 'number') throw new Error(`Not what --json promises: ${line}`);
  return { url, pid, code: typeof code === 'string' ? code.replaceAll(' ', '') : null };
}
