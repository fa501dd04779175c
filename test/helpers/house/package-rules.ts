import { SHIPPED_PACKAGES } from './shipped-packages.ts';
import type { Problem, Source } from './source.ts';

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** Oldest versions without a known hole, where the package is used at all. */
const FLOORS: Readonly<Record<string, readonly [number, number, number]>> = {
  '@tus/file-store': [2, 1, 1],
  '@tus/server': [2, 4, 3],
  'body-parser': [2, 2, 1],
  electron: [45, 0, 0],
  'electron-updater': [6, 3, 0],
  multer: [2, 2, 0],
  qs: [6, 16, 0],
  vite: [8, 0, 16],
};

/** Packages that work without being imported: they are run, or hold types that the compiler finds by itself. */
const TOOLS = [
  'electron-builder', 'eslint', 'vue-tsc',
  // The types of @keyv/memcache speak of it.
  '@types/memjs',
];

/**
 * Every package that is named is used, and every package that is used is named. Types are used when what they describe is
 * installed.
 */
export function checkDependencies(sources: readonly Source[], { dependencies, devDependencies }: Manifest, packages: LockedPackages): readonly Problem[] {
  const named = Object.keys({ ...dependencies, ...devDependencies });
  const used = new Set(sources.flatMap(({ imports }) => imports.flatMap(({ packageName }) => packageName ?? [])));
  const isUsed = (name: string): boolean =>
    used.has(name) || TOOLS.includes(name) || name === '@types/node' || (name.startsWith('@types/') && `node_modules/${name.slice('@types/'.length)}` in packages);
  return [
    ...named.filter((name) => !isUsed(name)).map((name) => `package.json names ${name}, and nothing imports it`),
    ...[...used].filter((name) => !named.includes(name)).map((name) => `${name} is imported, and package.json does not name it`),
  ];
}

/** The lockfile names no host, so that any mirror serves, and a hash for everything, so that no mirror can cheat. */
export function checkLock(packages: LockedPackages): readonly Problem[] {
  return Object.entries(packages).flatMap(([path, { resolved, integrity, link, inBundle }]) => [
    ...(resolved === undefined ? [] : [`package-lock.json says where ${path} comes from`]),
    ...(path === '' || integrity !== undefined || link === true || inBundle === true ? [] : [`package-lock.json has no hash of ${path}`]),
  ]);
}

export function checkFloors(packages: LockedPackages): readonly Problem[] {
  return Object.entries(packages).flatMap(([path, { version = '0.0.0' }]) => {
    const name = nameOf(path);
    const floor = path === '' ? undefined : FLOORS[name];
    return floor === undefined || isAtLeast(version, floor) ? [] : [`${path} is ${version}; ${floor.join('.')} is the oldest that will do`];
  });
}

/** Nothing is shipped that nobody decided about. */
export function checkShipped(packages: LockedPackages): readonly Problem[] {
  const shipped = new Set(Object.entries(packages).filter(([path, { dev, devOptional, optional, peer }]) => path !== '' && !(dev ?? devOptional ?? optional ?? peer)).map(([path]) => nameOf(path)));
  return [
    ...[...shipped].filter((name) => !SHIPPED_PACKAGES.includes(name)).map((name) => `${name} would be shipped, and shipped-packages.ts does not name it`),
    ...SHIPPED_PACKAGES.filter((name) => !shipped.has(name)).map((name) => `shipped-packages.ts names ${name}, which is not shipped`),
  ];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function isAtLeast(version: string, floor: readonly [number, number, number]): boolean {
  // A pre-release comes before its release, so it counts as one less.
  const [numbers = '', preRelease] = version.split('-', 2);
  const found = numbers.split('.').map(Number);
  for (const [index, least] of floor.entries()) {
    const part = found[index] ?? 0;
    if (part !== least) return part > least;
  }
  return preRelease === undefined;
}
