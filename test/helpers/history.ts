import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import type { HistoryReply } from '../../server/contracts/history.ts';
import type { TestClient } from './client.ts';
import { STAGING_NAME } from './disk.ts';
import { readJson } from './http-answer.ts';

/** A page of the history. @throws Error when it is refused */
export async function readHistory(client: TestClient, query: Readonly<Record<string, string>> = {}): Promise<HistoryReply> {
  const answer = await client.request('GET', `/api/history?${new URLSearchParams(query).toString()}`);
  const reply = readJson(answer);
  if (answer.status !== 200 || !Array.isArray(reply['entries'])) throw new Error(`Status ${answer.status}: ${answer.text.slice(0, 300)}`);
  return reply as unknown as HistoryReply;
}

export async function historyNames(client: TestClient, query: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  return (await readHistory(client, query)).entries.map(({ path }) => path);
}

/** Where the history is kept. */
export function historyLog(folder: string): string {
  return join(folder, STAGING_NAME, 'stored.jsonl');
}

/** A line of the log: a file that arrived, which need not be there. */
export function arrivalLine(id: string, more: Readonly<Record<string, unknown>> = {}, storedAtMs = Date.now()): string {
  const record = {
    id, batch: 'b', name: `${id}.txt`, path: `${id}.txt`, size: 1, received: 1, state: 'stored', sender: { id: 's', name: 'Somebody', kind: 'page' },
    createdAtMs: storedAtMs, changedAtMs: storedAtMs, storedAtMs, ...more,
  };
  return JSON.stringify({ kind: 'file', record, inode: '1', isNamed: true });
}

/** Lays a log into an upload folder before its server starts. */
export async function layHistory(folder: string, lines: readonly string[]): Promise<void> {
  await mkdir(join(folder, STAGING_NAME), { recursive: true });
  await writeFile(historyLog(folder), lines.map((line) => `${line}\n`).join(''));
}
