import type { WireFault } from '../helpers/chaos-proxy.ts';

/** What befalls the wire by itself, at a chosen byte. */
export const WIRE_FAULTS = {
  cut: { kind: 'cut' },
  reset: { kind: 'reset' },
  stall: { kind: 'stall' },
  slow: { kind: 'slow', bytesPerSecond: 512 << 10, forBytes: 768 << 10 },
  slice: { kind: 'slice', forBytes: 2 << 20 },
} as const satisfies Readonly<Record<string, WireFault>>;

/** What befalls a sender or a server, while the wire stands still at a chosen byte. */
export const SENDER_FAULTS = ['kill', 'reload', 'offline', 'freeze', 'freeze-cut', 'pauses'] as const;

export type WireFaultName = keyof typeof WIRE_FAULTS;
export type SenderFaultName = (typeof SENDER_FAULTS)[number];
export type FaultName = WireFaultName | SenderFaultName;

/** For people. */
export const FAULT_WORDS: Readonly<Record<FaultName, string>> = {
  cut: 'connection cut (FIN)', reset: 'connection reset (RST)', stall: 'connection stalls', slow: 'line slow for a while', slice: 'bytes in slices',
  kill: 'server kill -9', reload: 'tab reloaded', offline: 'offline, online', freeze: 'page frozen', 'freeze-cut': 'page frozen, line lost',
  pauses: 'paused, resumed, often',
};

export const SIZES = {
  large: { files: 1, bytesEach: 24 << 20 },
  small: { files: 30, bytesEach: 200_000 },
} as const;
export type SizeName = keyof typeof SIZES;

const isAll = process.env['SLIPWAY_CHAOS'] === 'all';

/** E21 wants 50; a short round is content with less. */
export const PAUSES = isAll ? 50 : 5;

/**
 * What may travel twice: one chunk of a sender that sends from memory, which is also more than all the small files together. Most of it
 * is Chromium's: it repeats by itself what a reused connection lost, and hears of the refusal some MiB later.
 */
const MOST_RESENT_BYTES = 8 << 20;

/** Of each pause of a sender that cuts its request: what lay in socket buffers. */
const MOST_RESENT_BYTES_PER_PAUSE = 256 << 10;

/** Bytes that may travel twice in a run with this fault. */
export function mostResentBytes(fault: FaultName): number {
  return fault === 'pauses' ? PAUSES * MOST_RESENT_BYTES_PER_PAUSE : MOST_RESENT_BYTES;
}

const POINTS = [10, 50, 99] as const;
const FAULTS: readonly FaultName[] = ['cut', 'reset', 'stall', 'slow', 'slice', ...SENDER_FAULTS];

export interface ChaosRun {
  readonly fault: FaultName;
  /** Of all bytes, at which it comes. */
  readonly percent: number;
  readonly size: SizeName;
}

export function isWireFault(fault: FaultName): fault is WireFaultName {
  return Object.hasOwn(WIRE_FAULTS, fault);
}

export function titleOf({ fault, percent, size }: ChaosRun): string {
  return `${fault} at ${percent} %, ${size}`;
}

function pointsOf(fault: FaultName, turn: number): readonly number[] {
  // It goes through all points by itself.
  if (fault === 'pauses') return POINTS.slice(0, 1);
  return isAll ? POINTS : [POINTS[turn % POINTS.length] ?? POINTS[0]];
}

function sizesOf(fault: FaultName, turn: number): readonly SizeName[] {
  // What is small is over before anybody can pause it.
  if (fault === 'pauses') return ['large'];
  if (isAll) return ['large', 'small'];
  return turn % 2 === 0 ? ['large'] : ['small'];
}

/**
 * Every fault at every point with either size; without `SLIPWAY_CHAOS=all` each fault with one size at one point, in turn.
 * @param turn where the sizes begin, so that of two senders one has what the other leaves out
 */
export function chosenRuns(turn: 0 | 1): readonly ChaosRun[] {
  return FAULTS.flatMap((fault, index) => sizesOf(fault, index + turn)
    .flatMap((size, which) => pointsOf(fault, index + which).map((percent) => ({ fault, percent, size }))));
}
