import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject } from '../http-answer.ts';
import type { TrackedFile } from './leak-rule.ts';
import type { LockedPackages, Manifest } from './package-rules.ts';
import { parseSource, type Source } from './source.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

const ROOMS = ['server', 'electron', 'renderer', 'build', 'test'];
const CODE = /\.(?:ts|mts|mjs|js|vue)$/;
const BINARY = /\.(?:png|ico|icns|jpg|woff2?|mp4|webm)$/;

/** Every file of code in the five rooms, and the linter's configuration beside them. */
export function readSources(): readonly Source[] {
  return [...ROOMS.flatMap(filesUnder), 'eslint.config.js'].filter((path) => CODE.test(path)).map((path) => parseSource(path, read(path)));
}

/** What git holds; in a copy without git, what the rooms hold. */
export function readTrackedFiles(): readonly TrackedFile[] {
  const paths = existsSync(join(ROOT, '.git'))
    ? execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)))
    : ROOMS.flatMap(filesUnder);
  return paths.filter((path) => !BINARY.test(path)).map((path) => ({ path, text: read(path) }));
}

export function readManifest(): Manifest {
  const manifest = readJson('package.json');
  return { dependencies: asVersions(manifest['dependencies']), devDependencies: asVersions(manifest['devDependencies']) };
}

export function readLock(): LockedPackages {
  const { packages } = readJson('package-lock.json');
  if (!isObject(packages)) throw new Error('package-lock.json lists no packages');
  return Object.fromEntries(Object.entries(packages).map(([path, entry]) => [path, isObject(entry) ? entry : {}]));
}

function filesUnder(room: string): readonly string[] {
  return readdirSync(join(ROOT, room), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1).split(sep).join('/'))
    .sort();
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function readJson(path: string): Record<string, unknown> {
  const value: unknown = JSON.parse(read(path));
  if (!isObject(value)) throw new Error(`${path} holds no object`);
  return value;
}

function asVersions(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) throw new Error('package.json lists no packages');
  return Object.fromEntries(Object.entries(value).map(([name, version]) => [name, String(version)]));
}
