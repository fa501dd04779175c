import { ESLint } from 'eslint';
import { expect, test } from 'vitest';
import { ROOT } from './helpers/house/read-tree.ts';

/** In every room, and in components as well. */
const EVERYWHERE = ['no-unsanitized/property', 'no-unsanitized/method', 'no-eval', 'no-new-func'];
const FILES: readonly (readonly [path: string, rules: readonly string[]])[] = [
  ['renderer/page/main.ts', [...EVERYWHERE, '@typescript-eslint/no-implied-eval']],
  ['renderer/window/WindowRoot.vue', [...EVERYWHERE, '@typescript-eslint/no-implied-eval', 'vue/no-v-html']],
  ['electron/main/main.ts', EVERYWHERE],
  ['electron/preload/preload.ts', EVERYWHERE],
  ['server/http/app.ts', EVERYWHERE],
];

const eslint = new ESLint({ cwd: ROOT });

test.each(FILES)('J9: %s may not put text into a page as markup, nor run it', async (path, rules) => {
  const config: unknown = await eslint.calculateConfigForFile(path);
  const found = typeof config === 'object' && config !== null && 'rules' in config ? (config.rules as Readonly<Record<string, readonly unknown[]>>) : {};
  // 2 is "error": npm test ends with it.
  expect(Object.fromEntries(rules.map((rule) => [rule, found[rule]?.[0]]))).toEqual(Object.fromEntries(rules.map((rule) => [rule, 2])));
});
