import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { runStep } from './run-step.mjs';
import { say } from './say.mjs';

const STAMP = join(ROOT, 'out', '.stamp.json');
const EVERYWHERE = ['package.json', 'package-lock.json', 'build/tsconfig.base.json'];
const CONTRACTS = ['server/contracts', 'electron/contracts'];

/** What is built, from what, how. A part is built again only when one of its sources changed. */
const PARTS = [
  {
    name: 'server and main process',
    sources: ['server', 'electron/main', ...CONTRACTS],
    outputs: ['out/server/cli.js', 'out/electron/main/main.js'],
    command: ['node_modules/typescript/bin/tsc', '-b', 'electron/main'],
  },
  {
    name: 'preload',
    sources: ['electron/preload', 'build/vite.preload.ts', ...CONTRACTS],
    outputs: ['out/electron/preload/preload.cjs'],
    command: ['node_modules/vite/bin/vite.js', 'build', '--config', 'build/vite.preload.ts', '--logLevel', 'warn'],
  },
  ...['page', 'window'].map((face) => ({
    name: face,
    sources: ['renderer', 'build/vite.renderer.ts', ...CONTRACTS],
    outputs: [`out/renderer/${face}/index.html`],
    command: ['node_modules/vite/bin/vite.js', 'build', '--config', 'build/vite.renderer.ts', '--mode', face, '--logLevel', 'warn'],
  })),
];

/**
 * Builds what changed since the last time.
 * @throws {StepFailed}
 */
export async function ensureBuilt({ force = false } = {}) {
  const stamps = readStamps();
  const stale = stalePartsBy(force ? {} : stamps);
  if (stale.length === 0) return;
  removeOrphans('server');
  removeOrphans('electron');
  say(`building ${stale.map(({ part }) => part.name).join(', ')}`);
  const ends = await Promise.allSettled(
    stale.map(async ({ part, hash }) => {
      await runStep(`building ${part.name}`, process.execPath, part.command);
      stamps[part.name] = hash;
    }),
  );
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  writeFileSync(STAMP, JSON.stringify(stamps, null, 2));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** True when nothing changed since everything was built. */
export function isBuilt() {
  return stalePartsBy(readStamps()).length === 0;
}

function stalePartsBy(stamps) {
  return PARTS.map((part) => ({ part, hash: hashOf(part.sources) })).filter(
    ({ part, hash }) => stamps[part.name] !== hash || !part.outputs.every((path) => existsSync(join(ROOT, path))),
  );
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return {}; // none, or a torn one: everything is built again
  }
}

function hashOf(sources) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0]);
  for (const source of [...EVERYWHERE, ...sources]) for (const path of filesUnder(source)) hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}

/** Paths relative to the project, sorted; of a file its own, of what is not there none. */
function filesUnder(path) {
  const absolute = join(ROOT, path);
  if (!existsSync(absolute)) return [];
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(absolute, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}

/** Removes compiled files whose source is gone: they would still run, and still be packed. */
function removeOrphans(room) {
  for (const path of filesUnder(`out/${room}`)) {
    const source = path.replace(/^out./, '').replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts');
    if (source.endsWith('.ts') && !existsSync(join(ROOT, source))) rmSync(join(ROOT, path));
  }
}
