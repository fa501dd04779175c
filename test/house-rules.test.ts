import { describe, expect, test } from 'vitest';
import { checkBorders, checkFaces, checkKeepers } from './helpers/house/border-rules.ts';
import { checkCycles } from './helpers/house/cycle-rule.ts';
import { checkLeaks } from './helpers/house/leak-rule.ts';
import { checkDependencies, checkFloors, checkLock } from './helpers/house/package-rules.ts';
import { parseSource, type Rule } from './helpers/house/source.ts';
import {
  checkAny, checkBarrels, checkDefaultExports, checkIgnores, checkNames, checkNotes, checkProcess, checkSizes, checkSleeps,
} from './helpers/house/text-rules.ts';

const checkServerBorders: Rule = (sources) => checkBorders(sources, ['express', 'keyv']);
const lines = (count: number): string => 'export {};\n'.repeat(count);
/** Written in two halves, so that the rules do not find it here. */
const halves = (first: string, second: string): string => first + second;

interface Example {
  readonly rule: Rule;
  readonly path: string;
  readonly text: string;
}

/** What each rule must find. */
const BAD: readonly Example[] = [
  // Who may import whom
  { rule: checkServerBorders, path: 'server/contracts/upload.ts', text: "import { createHash } from 'node:crypto';" },
  { rule: checkServerBorders, path: 'server/contracts/upload.ts', text: "import type { Request } from 'express';" },
  { rule: checkServerBorders, path: 'server/contracts/upload.ts', text: "import { Failure } from '../failure.ts';" },
  { rule: checkServerBorders, path: 'server/app.ts', text: "import { app } from 'electron';" },
  { rule: checkServerBorders, path: 'server/app.ts', text: "import type { DesktopBridge } from '../electron/contracts/bridge.ts';" },
  { rule: checkServerBorders, path: 'server/app.ts', text: "import { formatSize } from '../renderer/format.ts';" },
  { rule: checkServerBorders, path: 'server/app.ts', text: "import { defineConfig } from 'vite';" },
  { rule: checkServerBorders, path: 'server/uploads/queue/queue.ts', text: "import { answerFailure } from '../../http/answer-failure.ts';" },
  { rule: checkServerBorders, path: 'electron/contracts/bridge.ts', text: "import type { Log } from '../../server/index.ts';" },
  { rule: checkServerBorders, path: 'electron/main/main.ts', text: "import { createQueue } from '../../server/uploads/queue/queue.ts';" },
  { rule: checkServerBorders, path: 'electron/main/main.ts', text: "import express from 'express';" },
  { rule: checkServerBorders, path: 'electron/preload/preload.ts', text: "import { readFile } from 'node:fs/promises';" },
  { rule: checkServerBorders, path: 'electron/preload/preload.ts', text: "import { settings } from '../main/settings.ts';" },
  { rule: checkServerBorders, path: 'renderer/api/client.ts', text: "import type { RunningServer } from '../../server/index.ts';" },
  { rule: checkServerBorders, path: 'renderer/api/client.ts', text: "const path = await import('node:path');" },
  { rule: checkServerBorders, path: 'renderer/api/client.ts', text: "type App = import('electron').App;" },
  { rule: checkServerBorders, path: 'renderer/page/PageRoot.vue', text: '<template><p /></template>\n<script setup lang="ts">\nimport { app } from \'electron\';\n</script>' },
  { rule: checkFaces, path: 'renderer/window/WindowRoot.vue', text: '<script setup lang="ts">\nimport PageRoot from \'../page/PageRoot.vue\';\n</script>' },
  { rule: checkFaces, path: 'renderer/page/use-page.ts', text: "import { useWindow } from '../window/use-window.ts';" },
  { rule: checkFaces, path: 'renderer/components/row.ts', text: "import { useWindow } from '../window/use-window.ts';" },
  // One keeper for each raw thing
  { rule: checkKeepers, path: 'server/uploads/queue/queue.ts', text: "import type { Request } from 'express';" },
  { rule: checkKeepers, path: 'server/http/forms/classic-form.ts', text: "import multer from 'multer';" },
  { rule: checkKeepers, path: 'server/uploads/queue/ledger.ts', text: "import { Keyv } from 'keyv';" },
  { rule: checkKeepers, path: 'server/uploads/queue/ledger.ts', text: "import KeyvRedis from '@keyv/redis';" },
  { rule: checkKeepers, path: 'server/uploads/queue/queue.ts', text: "import { createServer } from 'node:http';" },
  { rule: checkKeepers, path: 'electron/main/window/menu.ts', text: "import { Menu, ipcMain } from 'electron';" },
  { rule: checkKeepers, path: 'electron/main/window/menu.ts', text: "import { ipcRenderer as bus } from 'electron';" },
  { rule: checkProcess, path: 'server/config.ts', text: 'export const port = Number(process.env.PORT);' },
  { rule: checkProcess, path: 'electron/main/window/menu.ts', text: 'process.exit(1);' },
  // Files and words
  { rule: checkSizes, path: 'server/app.ts', text: lines(301) },
  { rule: checkSizes, path: 'renderer/page/PageRoot.vue', text: lines(201) },
  { rule: checkNames, path: 'server/uploadService.ts', text: '' },
  { rule: checkNames, path: 'renderer/page/page-root.vue', text: '' },
  { rule: checkAny, path: 'server/app.ts', text: 'export const read = (value: any): string => value;' },
  { rule: checkAny, path: 'server/app.ts', text: 'export const list: readonly any[] = [];' },
  { rule: checkAny, path: 'renderer/page/PageRoot.vue', text: '<script setup lang="ts">\nconst x = y as any;\n</script>' },
  { rule: checkAny, path: 'server/app.ts', text: 'export const x = y as unknown as string;' },
  { rule: checkIgnores, path: 'server/app.ts', text: halves('// @ts-', 'ignore') },
  { rule: checkDefaultExports, path: 'server/app.ts', text: 'export default 1;' },
  { rule: checkDefaultExports, path: 'server/app.ts', text: 'export default function app() {}' },
  { rule: checkDefaultExports, path: 'server/app.ts', text: 'const app = 1;\nexport { app as default };' },
  { rule: checkBarrels, path: 'server/uploads/all.ts', text: "export * from './queue.ts';\nexport { a } from './a.ts';" },
  { rule: checkBarrels, path: 'server/uploads/index.ts', text: 'export const a = 1;' },
  { rule: checkSleeps, path: 'test/server/app.test.ts', text: "import { setTimeout } from 'node:timers/promises';" },
  { rule: checkSleeps, path: 'test/renderer/page.spec.ts', text: halves('await page.waitFor', 'Timeout(500);') },
  { rule: checkNotes, path: 'server/app.ts', text: halves('// TO', 'DO: later') },
];

/** What the same rules must let pass. */
const GOOD: readonly Example[] = [
  { rule: checkServerBorders, path: 'renderer/api/client.ts', text: "import { ref } from 'vue';\nimport type { Api } from '../../server/contracts/api.ts';\nimport { PROGRESS_ID_HEADER } from '../../server/contracts/api.ts';" },
  { rule: checkServerBorders, path: 'electron/main/main.ts', text: "import path from 'node:path';\nimport { app } from 'electron';\nimport { startServer } from '../../server/index.ts';" },
  { rule: checkServerBorders, path: 'electron/preload/preload.ts', text: "import { ipcRenderer } from 'electron';\nimport { INVOKE_CHANNELS } from '../contracts/channels.ts';" },
  { rule: checkServerBorders, path: 'server/http/app.ts', text: "import express from 'express';\nimport { createQueue } from '../uploads/queue/queue.ts';" },
  { rule: checkFaces, path: 'renderer/window/WindowRoot.vue', text: '<script setup lang="ts">\nimport UploadRow from \'../components/UploadRow.vue\';\n</script>' },
  { rule: checkKeepers, path: 'electron/main/ipc/ipc.ts', text: "import { ipcMain } from 'electron';" },
  { rule: checkKeepers, path: 'server/http/forms/multipart.ts', text: "import multer from 'multer';" },
  { rule: checkProcess, path: 'server/cli.ts', text: 'process.exit(2);' },
  { rule: checkSizes, path: 'server/app.ts', text: lines(300) },
  { rule: checkNames, path: 'test/server/safe-name.test.ts', text: '' },
  { rule: checkAny, path: 'server/app.ts', text: '// any word may stand here\nexport const any = ["a"] as const;' },
  { rule: checkDefaultExports, path: 'build/vite.preload.ts', text: 'export default {};' },
  { rule: checkBarrels, path: 'server/index.ts', text: "export * from './start-server.ts';" },
];

describe('the rules of the house', () => {
  test.each(BAD)('$rule.name finds what is wrong in $path: $text', ({ rule, path, text }) => {
    expect(rule([parseSource(path, text)])).toHaveLength(1);
  });

  test.each(GOOD)('$rule.name lets $path pass: $text', ({ rule, path, text }) => {
    expect(rule([parseSource(path, text)])).toEqual([]);
  });

  test('a problem says where it is', () => {
    expect(checkServerBorders([parseSource('server/app.ts', "\n\nimport { app } from 'electron';")])).toEqual(['server/app.ts:3 imports electron, which server may not']);
  });

  test('a cycle is named from end to end', () => {
    const sources = [
      parseSource('server/a.ts', "import { b } from './b.ts';"),
      parseSource('server/b.ts', "import type { C } from './deep/c.ts';"),
      parseSource('server/deep/c.ts', "export { a } from '../a.ts';"),
      parseSource('server/d.ts', "import { a } from './a.ts';"),
    ];
    expect(checkCycles(sources)).toEqual(['server/a.ts → server/b.ts → server/deep/c.ts → server/a.ts is a cycle']);
  });

  test('packages are named and used', () => {
    const sources = [parseSource('server/a.ts', "import a from '@scope/a/deep';\nimport b from 'b';")];
    expect(checkDependencies(sources, { dependencies: { '@scope/a': '1' }, devDependencies: { c: '1', '@types/b': '1', '@types/gone': '1' } }, { 'node_modules/b': {} })).toEqual([
      'package.json names c, and nothing imports it',
      'package.json names @types/gone, and nothing imports it',
      'b is imported, and package.json does not name it',
    ]);
  });

  test('the lockfile names no host and leaves out no hash', () => {
    expect(checkLock({ '': {}, 'node_modules/a': { integrity: 'sha512-x' }, 'node_modules/b': { resolved: 'x', integrity: 'y' }, 'node_modules/c': {} })).toHaveLength(2);
  });

  test('packages below their floor are found, also deep down and as pre-releases', () => {
    const locked = { 'node_modules/qs': { version: '6.16.0' }, 'node_modules/a/node_modules/qs': { version: '6.15.9' }, 'node_modules/vite': { version: '8.0.16-beta.1' }, 'node_modules/multer': { version: '2.10.0' } };
    expect(checkFloors(locked).map((problem) => problem.split(' ')[0])).toEqual(['node_modules/a/node_modules/qs', 'node_modules/vite']);
  });

  test.each([
    ['a folder of this machine', '/somewhere/slipway/out'],
    ['the home of a person', halves('/ho', 'me/jdoe/project')],
    ['the host of a registry', halves('https://registry', '.example.com/a')],
    ['the host of a mirror', halves('https://np', 'm.example.com/a')],
  ])('%s is found', (_, text) => {
    expect(checkLeaks([{ path: 'a.md', text }], ['/somewhere/slipway'])).toHaveLength(1);
  });

  test('an example in a text is no leak', () => {
    expect(checkLeaks([{ path: 'test/a.test.ts', text: halves('/ho', 'me/ann/x') }, { path: 'a.md', text: 'npm ci; /home/user/x; https://example.com/npm' }], ['/somewhere/slipway'])).toEqual([]);
  });
});
