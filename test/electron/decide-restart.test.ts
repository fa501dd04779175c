import { expect, test } from 'vitest';
import { decideRestart } from '../../electron/main/sending/decide-restart.ts';
import type { Restart } from '../../electron/main/sending/decide-restart.ts';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import type { UploadState } from '../../server/contracts/upload.ts';

const FILE: FileToSend = { id: 'u1', batch: 'b1', path: '/x/a', name: 'a', folder: '', size: 10, modifiedAtMs: 1.25 };
const LONGER = { ...FILE, size: 11 };
const TOUCHED = { ...FILE, modifiedAtMs: 1.5 };

test.each<[FileToSend | null, UploadState | undefined, Restart]>([
  [FILE, 'interrupted', 'continue'],
  [FILE, undefined, 'announce'],
  [FILE, 'failed', 'announce'],
  [LONGER, 'interrupted', 'changed'],
  [TOUCHED, 'interrupted', 'changed'],
  [TOUCHED, undefined, 'changed'],
  [null, 'interrupted', 'gone'],
  [null, undefined, 'gone'],
  [null, 'stored', 'forget'],
  [FILE, 'stored', 'forget'],
])('%j that the server calls %s: %s', (now, state, expected) => {
  expect(decideRestart(FILE, now, state)).toBe(expected);
});
