import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findTool } from '../helpers/tools.ts';

/** Runs a program of this machine to its end. @returns what it wrote to standard output @throws Error when it fails */
export async function runTool(tool: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const child = spawn(findTool(tool), args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const pieces: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const [status]: unknown[] = await once(child, 'close');
  process.off('exit', end);
  if (status !== 0) throw new Error(`${tool} ended with status ${String(status)}: ${said}`);
  return Buffer.concat(pieces);
}
