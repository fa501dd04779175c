import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGroups } from './in-groups.ts';

/** Marks a complete file as one that came from elsewhere, so that the system warns before it runs or opens it. May reject. */
export type OriginMark = (path: string) => Promise<void>;

/** What of a system the mark needs. */
export interface MarkingSystem {
  readonly platform: NodeJS.Platform;
  write(path: string, text: string): Promise<unknown>;
  run(program: string, args: readonly string[]): Promise<unknown>;
}

/** The zone "Internet" of Windows ([MS-FSCC], section 5.6.1), as browsers write it. */
const ZONE = '[ZoneTransfer]\r\nZoneId=3\r\n';

/** As macOS writes it for what a program downloaded and nobody has opened yet. */
const QUARANTINE_FLAGS = '0081';

/** A program of the system that does not answer holds no upload up. */
const RUN_MS = 5000;

const THIS_SYSTEM: MarkingSystem = {
  platform: process.platform,
  write: (path, text) => writeFile(path, text),
  run: (program, args) => promisify(execFile)(program, [...args], { timeout: RUN_MS }),
};

/**
 * On Windows a stream beside the file's own, on macOS an extended attribute; both stay with it whatever name it gets. Linux has no mark
 * that anything heeds: there a file without its executable bit does not run.
 */
export function createOriginMark(system: MarkingSystem = THIS_SYSTEM): OriginMark {
  switch (system.platform) {
    case 'win32':
      return async (path) => void (await system.write(`${path}:Zone.Identifier`, ZONE));
    case 'darwin':
      return createQuarantine(system);
    default:
      return async () => undefined;
  }
}

/** Starting a program takes longer than what it does, so those that come at the same time share one. */
function createQuarantine({ run }: MarkingSystem): OriginMark {
  const inTurn = createGroups(async (paths: readonly string[]) => {
    const seconds = Math.floor(Date.now() / 1000).toString(16);
    await run('/usr/bin/xattr', ['-w', 'com.apple.quarantine', `${QUARANTINE_FLAGS};${seconds};Slipway;`, ...paths]);
    return paths.map((): PromiseSettledResult<void> => ({ status: 'fulfilled', value: undefined }));
  });
  return (path) => inTurn('', path);
}
