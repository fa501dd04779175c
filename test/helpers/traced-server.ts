import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startCli, type CliOptions, type CliServer } from './cli.ts';
import { underStrace } from './strace.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A system call of one of the server's threads. Begin and end count lines of the trace, so that calls of different threads have an order. */
export interface SystemCall {
  /** As strace writes it, with the paths of descriptors. */
  readonly text: string;
  readonly beganAt: number;
  /** Infinity for one that has not come back. */
  readonly endedAt: number;
}

/** A headless server whose system calls strace writes down, or makes fail. */
export interface TracedServer extends CliServer {
  /** In the order in which they began. */
  readonly calls: () => Promise<readonly SystemCall[]>;
}

/** @param strace what to trace and to inject: `['-e', 'trace=fsync']` */
export async function startTraced(strace: readonly string[], options: Pick<CliOptions, 'args' | 'folder'> = {}): Promise<TracedServer> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const path = join(temp.path, 'trace');
  const server = await startCli({ ...options, under: underStrace('-y', '-o', path, ...strace) });
  return { ...server, calls: async () => parseTrace(await readFile(path, 'utf8')) };
}

/** Puts the two halves together of calls during which another thread did something (strace(1), "-f"). */
export function parseTrace(trace: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, number>();
  for (const [at, line] of trace.split('\n').entries()) {
    const { thread, text } = /^(?<thread>\d+) +(?<text>.*)$/u.exec(line)?.groups ?? {};
    if (thread === undefined || text === undefined) continue;
    const begun = open.get(thread);
    if (text.startsWith('<... ') && begun !== undefined) {
      const call = calls[begun];
      if (call !== undefined) calls[begun] = { ...call, text: `${call.text} ${text}`, endedAt: at };
      open.delete(thread);
    } else if (text.endsWith('<unfinished ...>')) {
      open.set(thread, calls.push({ text, beganAt: at, endedAt: Number.POSITIVE_INFINITY }) - 1);
    } else {
      calls.push({ text, beganAt: at, endedAt: at });
    }
  }
  return calls;
}
