import { randomBytes } from 'node:crypto';
import type { Device, DeviceRight } from '../contracts/devices.ts';
import type { Sender } from '../contracts/upload.ts';
import { TOKEN_LIFETIME_MS } from './token-lifetime.ts';

/** More are not remembered: one makes room, and has to enter the code again. */
export const MOST_DEVICES = 500;

/** Longest name that is kept, in UTF-16 units. */
export const MOST_DEVICE_NAME = 64;

/** A device as it is remembered. */
export interface KnownDevice extends Omit<Device, 'hasAccess' | 'storedFiles'> {
  /** Only tokens that say the same number count. It is never given twice, so that no older token comes to life again. */
  readonly generation: number;
  /** When the owner ended its access last. */
  readonly endedAtMs?: number;
  /** It was, and the device has not come back since. */
  readonly isOut?: true;
}

/** All devices, by id. Never changed: a change makes another one. */
export interface DeviceBook {
  /** Drawn at random for each list; a token of another one counts for nothing. */
  readonly epoch: string;
  /** The last number that was given. */
  readonly generation: number;
  readonly devices: ReadonlyMap<string, KnownDevice>;
}

/** What happens to a list; the same is done to what another process has written meanwhile. */
export type BookChange = (book: DeviceBook) => DeviceBook;

export function emptyBook(): DeviceBook {
  return { epoch: newEpoch(), generation: 0, devices: new Map() };
}

/** The same devices and rights; but nobody's token counts. */
export function distrust(book: DeviceBook): DeviceBook {
  return { ...book, epoch: newEpoch() };
}

/** A device comes with the code, for the first time or again. */
export function letIn({ id, name, kind }: Sender, atMs: number): BookChange {
  return (book) => {
    const known = book.devices.get(id);
    const shown = name.slice(0, MOST_DEVICE_NAME);
    if (known !== undefined) {
      const { isOut: _came, ...rest } = known;
      return withDevice(book, { ...rest, name: shown, lastSeenAtMs: Math.max(atMs, known.lastSeenAtMs) });
    }
    const generation = book.generation + 1;
    const device: KnownDevice = { id, name: shown, kind: kind === 'page' ? 'page' : 'api', firstSeenAtMs: atMs, lastSeenAtMs: atMs, allowed: 'ask', generation };
    return withDevice({ ...book, generation, devices: withRoom(book.devices, atMs) }, device);
  };
}

/** @param seenAtMs by id */
export function noteSeen(seenAtMs: ReadonlyMap<string, number>): BookChange {
  return (book) => {
    const devices = new Map(book.devices);
    for (const [id, atMs] of seenAtMs) {
      const known = devices.get(id);
      if (known !== undefined && known.lastSeenAtMs < atMs) devices.set(id, { ...known, lastSeenAtMs: atMs });
    }
    return { ...book, devices };
  };
}

/** What the owner decides. `no` ends the device's access as well. */
export function setRight(id: string, allowed: DeviceRight, atMs: number): BookChange {
  return (book) => {
    const known = book.devices.get(id);
    if (known === undefined) return book;
    const changed = withDevice(book, { ...known, allowed });
    return allowed === 'no' && known.allowed !== 'no' ? endAccess(id, atMs)(changed) : changed;
  };
}

/** Its tokens count no more. */
export function endAccess(id: string, atMs: number): BookChange {
  return (book) => {
    const known = book.devices.get(id);
    if (known === undefined) return book;
    const generation = book.generation + 1;
    return withDevice({ ...book, generation }, { ...known, generation, isOut: true, endedAtMs: Math.max(atMs, (known.endedAtMs ?? 0) + 1) });
  };
}

/** Takes it off the list. Whatever it has counts no more; with the code it is somebody new. */
export function forget(id: string): BookChange {
  return (book) => ({ ...book, devices: new Map([...book.devices].filter(([known]) => known !== id)) });
}

function withDevice(book: DeviceBook, device: KnownDevice): DeviceBook {
  return { ...book, devices: new Map(book.devices).set(device.id, device) };
}

/**
 * Who has the code can come as any number of devices, and must not push out those that are sending: after the ones whose tokens are too
 * old anyway, whoever used its access for the shortest time makes room. What the owner decided about a device outlives it; only when
 * there is nothing else, that goes too.
 */
function withRoom(devices: DeviceBook['devices'], atMs: number): DeviceBook['devices'] {
  if (devices.size < MOST_DEVICES) return devices;
  const rank = ({ allowed, firstSeenAtMs, lastSeenAtMs }: KnownDevice): number => {
    if (allowed !== 'ask') return Number.MAX_SAFE_INTEGER;
    return atMs - lastSeenAtMs > TOKEN_LIFETIME_MS ? -1 : lastSeenAtMs - firstSeenAtMs;
  };
  const [least] = [...devices.values()].toSorted((one, other) => rank(one) - rank(other) || one.lastSeenAtMs - other.lastSeenAtMs);
  return new Map([...devices].filter(([id]) => id !== least?.id));
}

function newEpoch(): string {
  return randomBytes(8).toString('hex');
}
