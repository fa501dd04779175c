import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isObject } from '../helpers/http-answer.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';

export const CODE = 'K7M4QX';

const READY_WITHIN_MS = 60_000;
const END_WITHIN_MS = 20_000;

/** A headless server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  isRunning(): boolean;
  /** What it has said on stderr. */
  said(): string;
  /** Resolves when it has ended, with its exit status; null for a signal. */
  readonly ended: Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM. @throws Error when it takes too long */
  stop(): Promise<number | null>;
}

export interface LaunchOptions {
  readonly root: string;
  readonly folder: string;
  readonly args?: readonly string[];
  /** Program that runs Node, with its own arguments before it. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Told each line that it says on stderr. */
  readonly onLine?: (line: string) => void;
}

/** It ended before it was ready. */
export class EndedEarly extends Error {
  /** What killed it; null when it ended by itself. */
  readonly signal: NodeJS.Signals | null;

  constructor(signal: NodeJS.Signals | null, said: string) {
    super(`The server ended before it was ready: ${said.slice(-500)}`);
    this.signal = signal;
  }
}

/** What runs now and must not outlive this process. */
const running = new Set<number>();
process.once('exit', () => running.forEach(killNow));
process.once('SIGTERM', () => process.exit(143));

/** Starts a server. @throws EndedEarly */
export async function launch({ root, folder, args = [], under = [], env = {}, onLine }: LaunchOptions): Promise<ServerProcess> {
  const [command = process.execPath, ...rest] = [...under, process.execPath, join(root, 'out', 'server', 'cli.js'), '--folder', folder, '--port', '0', '--json', '--code', CODE, ...args];
  // In a group of its own: ^C is for whoever drives, not for what is driven.
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, detached: true });
  let [heard, said, isOver] = ['', '', false];
  let endedBy: NodeJS.Signals | null = null;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)));
  if (onLine !== undefined) createInterface({ input: child.stderr }).on('line', onLine);
  const ownPid = child.pid ?? 0;
  running.add(ownPid);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (status, signal) => {
      endedBy = signal;
      resolve(status);
    });
  }).finally(() => {
    isOver = true;
    running.delete(ownPid);
  });
  const ready = await waitUntil('the server to be ready', () => (isOver ? 'ended' : readReady(heard)), READY_WITHIN_MS);
  if (ready === 'ended') throw new EndedEarly(endedBy, said);
  running.add(ready.pid);
  void ended.then(() => running.delete(ready.pid));
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!isOver) send(ready.pid, signal);
    return within(END_WITHIN_MS, `the server to end after ${signal}`, ended);
  };
  return { ...ready, ended, isRunning: () => !isOver, said: () => said, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM') };
}

function readReady(heard: string): { readonly url: string; readonly pid: number } | undefined {
  if (!heard.includes('\n')) return undefined;
  const value: unknown = JSON.parse(heard.slice(0, heard.indexOf('\n')));
  if (!isObject(value) || typeof value['url'] !== 'string' || typeof value['pid'] !== 'number') throw new Error(`Not what --json promises: ${heard}`);
  return { url: value['url'], pid: value['pid'] };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already: `ended` will say so.
  }
}

function killNow(pid: number): void {
  send(pid, 'SIGKILL');
}
