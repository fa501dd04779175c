import { createHash } from 'node:crypto';
import { DEVICE_RIGHTS } from '../contracts/devices.ts';
import { isCount, isObject, parseGuarded } from '../guards.ts';
import { MOST_DEVICE_NAME, MOST_DEVICES, type DeviceBook, type KnownDevice } from './device-book.ts';

/** Larger than any list of ours. */
export const MOST_BOOK_BYTES = 1 << 20;

const ID = /^(?:page|api)-[0-9a-f]{32}$/u;
const EPOCH = /^[0-9a-f]{16}$/u;

interface WrittenBook {
  readonly epoch: string;
  readonly generation: number;
  readonly devices: readonly KnownDevice[];
}

/** The list as it is written: a line with the hash of the rest, and the rest. */
export function bookText({ epoch, generation, devices }: DeviceBook): string {
  const text = JSON.stringify({ epoch, generation, devices: [...devices.values()] } satisfies WrittenBook);
  return `${hashOf(text)}\n${text}\n`;
}

/**
 * Null for what is cut, changed by a single letter, too large, or none of ours: nobody can say whose access was ended in it, so none
 * of it is believed.
 */
export function parseBook(text: string): DeviceBook | null {
  if (text.length > MOST_BOOK_BYTES) return null;
  const [hash, rest, end, ...more] = text.split('\n');
  if (hash === undefined || rest === undefined || end !== '' || more.length > 0 || hash !== hashOf(rest)) return null;
  const written = parseGuarded(rest, isWrittenBook);
  if (written === null) return null;
  const { epoch, generation, devices } = written;
  return { epoch, generation, devices: new Map(devices.map((device) => [device.id, device])) };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isWrittenBook(value: unknown): value is WrittenBook {
  if (!isObject(value)) return false;
  const { epoch, generation, devices } = value;
  return typeof epoch === 'string' && EPOCH.test(epoch) && isCount(generation)
    && Array.isArray(devices) && devices.length <= MOST_DEVICES && devices.every((device) => isKnownDevice(device, generation));
}

function isKnownDevice(value: unknown, lastGeneration: number): value is KnownDevice {
  if (!isObject(value)) return false;
  const { id, name, kind, firstSeenAtMs, lastSeenAtMs, allowed, generation, endedAtMs, isOut } = value;
  return typeof id === 'string' && ID.test(id) && typeof name === 'string' && name.length <= MOST_DEVICE_NAME
    && (kind === 'page' || kind === 'api') && isCount(firstSeenAtMs) && isCount(lastSeenAtMs)
    && DEVICE_RIGHTS.some((right) => right === allowed) && isCount(generation) && generation <= lastGeneration
    && (endedAtMs === undefined || isCount(endedAtMs)) && (isOut === undefined || isOut === true);
}
