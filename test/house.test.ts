import { homedir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { checkBorders, checkFaces, checkKeepers } from './helpers/house/border-rules.ts';
import { checkCycles } from './helpers/house/cycle-rule.ts';
import { checkLeaks } from './helpers/house/leak-rule.ts';
import { checkDependencies, checkFloors, checkLock, checkShipped } from './helpers/house/package-rules.ts';
import { ROOT, readLock, readManifest, readSources, readTrackedFiles } from './helpers/house/read-tree.ts';
import type { Rule } from './helpers/house/source.ts';
import {
  checkAny, checkBarrels, checkDefaultExports, checkIgnores, checkNames, checkNotes, checkProcess, checkSizes, checkSleeps,
} from './helpers/house/text-rules.ts';

const sources = readSources();
const manifest = readManifest();

const RULES: readonly (readonly [what: string, rule: Rule])[] = [
  ['a room imports only what its borders let in', (all) => checkBorders(all, Object.keys(manifest.dependencies))],
  ['window and page do not know each other, and nothing shared knows them', checkFaces],
  ['every raw thing has one keeper', checkKeepers],
  ['arguments, environment and exit status have one keeper', checkProcess],
  ['no file imports itself by way of others', checkCycles],
  ['no file is too long', checkSizes],
  ['files are named alike', checkNames],
  ['nothing is any, and nothing is cast twice', checkAny],
  ['nothing silences the compiler', checkIgnores],
  ['nothing is exported by default', checkDefaultExports],
  ['no file only hands on what others export', checkBarrels],
  ['no test sleeps', checkSleeps],
  ['no note for later is left behind', checkNotes],
];

describe('the house', () => {
  test('is read as a whole', () => {
    for (const room of ['server/', 'electron/', 'renderer/', 'build/', 'test/']) expect(sources.some(({ path }) => path.startsWith(room))).toBe(true);
  });

  test.each(RULES)('%s', (_, rule) => {
    expect(rule(sources)).toEqual([]);
  });

  test('every package that is named is used, and the other way round', () => {
    expect(checkDependencies(sources, manifest, readLock())).toEqual([]);
  });

  test('K9: the lockfile names no host, and a hash for everything', () => {
    expect(checkLock(readLock())).toEqual([]);
  });

  test('K10: no package is older than its last known hole', () => {
    expect(checkFloors(readLock())).toEqual([]);
  });

  test('K13: nothing is shipped that nobody decided about', () => {
    expect(checkShipped(readLock())).toEqual([]);
  });

  test('nothing tells where somebody works', () => {
    const home = homedir();
    // A home of one short part, like root's, is a word in many a true sentence.
    const own = [ROOT, ...(home.split('/').length > 2 ? [home] : [])];
    expect(checkLeaks(readTrackedFiles(), own)).toEqual([]);
  });
});
