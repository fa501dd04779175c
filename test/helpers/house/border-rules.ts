import { isInRoom, type Import, type Problem, type Rule, type Source } from './source.ts';

/**
 * What each room may reach. `packages` are values; types of packages go where values go. A path that ends with `/` is a whole
 * room. The innermost room that holds a file counts.
 */
interface Room {
  readonly room: string;
  readonly files: readonly string[];
  readonly packages: readonly string[] | 'dependencies';
  readonly node: boolean;
}

const CONTRACTS = ['server/contracts/', 'electron/contracts/'];

const ROOMS: readonly Room[] = [
  { room: 'server/contracts', files: ['server/contracts/'], packages: [], node: false },
  { room: 'electron/contracts', files: CONTRACTS, packages: [], node: false },
  // The work does not know who asked: no request, no response, no window.
  { room: 'server/uploads', files: ['server/uploads/', 'server/contracts/', 'server/failure.ts', 'server/guards.ts', 'server/log.ts', 'server/config.ts'], packages: 'dependencies', node: true },
  { room: 'server', files: ['server/'], packages: 'dependencies', node: true },
  { room: 'electron/main', files: ['electron/main/', 'server/index.ts', ...CONTRACTS], packages: ['electron', 'hash-wasm'], node: true },
  { room: 'electron/preload', files: ['electron/preload/', ...CONTRACTS], packages: ['electron'], node: false },
  { room: 'renderer', files: ['renderer/', ...CONTRACTS], packages: ['vue', '@tanstack/vue-virtual', 'hash-wasm', '@noble/hashes'], node: false },
];

/** Window and page share all of the renderer, and nothing shared knows either of them. */
const FACES = ['renderer/window', 'renderer/page'];

/** One keeper for each raw thing: the only files that may import it. */
const KEEPERS: readonly { readonly thing: RegExp; readonly names?: readonly string[]; readonly keepers: readonly string[] }[] = [
  { thing: /^express$/, keepers: ['server/http/'] },
  { thing: /^multer$/, keepers: ['server/http/forms/multipart.ts'] },
  { thing: /^(?:keyv|@keyv\/.+)$/, keepers: ['server/uploads/progress/stores/'] },
  { thing: /^node:https?$/, keepers: ['server/http/', 'electron/main/'] },
  { thing: /^electron$/, names: ['ipcMain'], keepers: ['electron/main/ipc/ipc.ts'] },
  { thing: /^electron$/, names: ['ipcRenderer', 'contextBridge', 'webUtils'], keepers: ['electron/preload/'] },
  { thing: /^electron$/, keepers: ['electron/main/', 'electron/preload/'] },
];

/** Who may import whom; `dependencies` are the packages that a packed app holds. */
export function checkBorders(sources: readonly Source[], dependencies: readonly string[]): readonly Problem[] {
  return sources.flatMap((source) => {
    const room = ROOMS.find((candidate) => isInRoom(source.path, candidate.room));
    if (room === undefined) return [];
    return source.imports.filter((found) => !isAllowed(found, room, dependencies)).map((found) => `${source.path}:${found.line} imports ${found.specifier}, which ${room.room} may not`);
  });
}

function isAllowed(found: Import, room: Room, dependencies: readonly string[]): boolean {
  if (found.target !== null) return matches(found.target, room.files);
  if (found.packageName === null) return room.node;
  return (room.packages === 'dependencies' ? dependencies : room.packages).includes(found.packageName);
}

export const checkFaces: Rule = (sources) =>
  sources.filter(({ path }) => isInRoom(path, 'renderer')).flatMap((source) =>
    FACES.filter((face) => !isInRoom(source.path, face)).flatMap((face) =>
      source.imports.filter(({ target }) => target !== null && isInRoom(target, face)).map(({ line, specifier }) => `${source.path}:${line} imports ${specifier}, which only ${face} may`),
    ),
  );

export const checkKeepers: Rule = (sources) =>
  sources.filter(({ path }) => ROOMS.some(({ room }) => isInRoom(path, room))).flatMap((source) =>
    source.imports.flatMap((found) =>
      KEEPERS.filter(({ thing, names, keepers }) => thing.test(found.specifier) && (names === undefined || names.some((name) => found.names.includes(name))) && !matches(source.path, keepers)).map(
        ({ names, keepers }) => `${source.path}:${found.line} imports ${names?.join(', ') ?? found.specifier}, which is kept by ${keepers.join(', ')}`,
      ),
    ),
  );

function matches(path: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => (entry.endsWith('/') ? path.startsWith(entry) : path === entry));
}
