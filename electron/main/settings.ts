import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { DuplicateRules } from '../../server/contracts/duplicates.ts';
import type { Log } from '../../server/index.ts';
import type { ReceiveRules } from '../contracts/bridge.ts';
import { codeOf, isRecord } from './ipc/guards.ts';
import { readDuplicates } from './ipc/read-duplicates.ts';
import { readReceiveRules } from './ipc/read-receive-rules.ts';
import { writeWhole } from './write-whole.ts';

export interface WindowBounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

export interface Settings {
  /** Absolute. */
  readonly uploadFolder: string;
  /** In device-independent pixels; null before the first window. */
  readonly windowBounds: WindowBounds | null;
  /** For names that exist already. */
  readonly duplicates: DuplicateRules;
  /** Other devices come over HTTPS. */
  readonly https: boolean;
  /** Through which networks they come, and for how long. */
  readonly receive: ReceiveRules;
  /** The owner is asked before a device sends. */
  readonly asks: boolean;
}

export interface SettingsFile {
  get(): Settings;
  /** Takes effect at once; written soon after, one write at a time. */
  update(change: Partial<Settings>): void;
  /** Resolves when everything is on disk. */
  flush(): Promise<void>;
}

/** Opens the settings; a file that makes no sense is kept aside as `….broken`, and the defaults stand in. */
export async function openSettings(file: string, defaults: Settings, log: Log): Promise<SettingsFile> {
  let settings = await read(file, defaults, log);
  let written = settings;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    if (written === settings) return;
    const now = settings;
    try {
      await writeWhole(file, `${JSON.stringify(now, null, 2)}\n`);
      written = now;
    } catch (error) {
      // They hold for this run; the next change tries again.
      log('warn', 'settings:unsaved', { code: codeOf(error) });
    }
  }

  return {
    get: () => settings,
    update(change) {
      settings = { ...settings, ...change };
      writing = writing.then(write);
    },
    flush: () => writing,
  };
}

/** What a settings file says, each entry checked, the default in place of what is wrong; null when nothing in it can be used. */
export function parseSettings(text: string, defaults: Settings): Settings | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Torn or edited by hand: the caller keeps it aside.
    return null;
  }
  if (!isRecord(value)) return null;
  const { uploadFolder, windowBounds, duplicates, https, receive, asks } = value;
  return {
    uploadFolder: typeof uploadFolder === 'string' && path.isAbsolute(uploadFolder) ? uploadFolder : defaults.uploadFolder,
    windowBounds: isWindowBounds(windowBounds) ? windowBounds : defaults.windowBounds,
    duplicates: readDuplicates(duplicates) ?? defaults.duplicates,
    https: typeof https === 'boolean' ? https : defaults.https,
    receive: readReceiveRules(receive) ?? defaults.receive,
    asks: typeof asks === 'boolean' ? asks : defaults.asks,
  };
}

async function read(file: string, defaults: Settings, log: Log): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') log('warn', 'settings:unreadable', { code: codeOf(error) });
    return defaults;
  }
  const settings = parseSettings(text, defaults);
  if (settings !== null) return settings;
  log('warn', 'settings:broken');
  await rename(file, `${file}.broken`).catch((error: unknown) => log('warn', 'settings:not-kept-aside', { code: codeOf(error) }));
  return defaults;
}

function isWindowBounds(value: unknown): value is WindowBounds {
  return isRecord(value) && [value['x'], value['y'], value['width'], value['height']].every(Number.isSafeInteger) &&
    typeof value['maximized'] === 'boolean';
}
