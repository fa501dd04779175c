import type { OffPlan, OffRule } from '../contracts/bridge.ts';

const LOOK_EVERY_MS = 1000;
const MINUTE_MS = 60_000;
const AFTER_MS = { '1h': 60 * MINUTE_MS, '8h': 480 * MINUTE_MS, idle: 30 * MINUTE_MS } as const;
/** Between two files of one sender nothing moves for a moment. */
const SETTLED_MS = 10_000;

/** Turns something off when its time is over, but not on what is arriving. */
export interface AutoOff {
  plan(): OffPlan;
  /** Counts from now. */
  begin(rule: OffRule): void;
  stop(): void;
}

interface AutoOffOptions {
  /** Something comes from another device right now. */
  readonly isReceiving: () => boolean;
  readonly onPlan: () => void;
  readonly turnOff: () => void;
  /** For tests; default: the clock. */
  readonly now?: () => number;
}

export function createAutoOff({ isReceiving, onPlan, turnOff, now = Date.now }: AutoOffOptions): AutoOff {
  let rule: OffRule = 'never';
  let sinceMs = 0;
  let arrivedAtMs = Number.NEGATIVE_INFINITY;
  let plan: OffPlan = { atMs: null, isHeld: false };
  let timer: NodeJS.Timeout | undefined;

  function planNow(atMs: number): OffPlan | 'off' {
    if (rule === 'never') return { atMs: null, isHeld: false };
    const isArriving = atMs - arrivedAtMs < SETTLED_MS;
    const dueMs = AFTER_MS[rule] + (rule === 'idle' ? Math.max(sinceMs, arrivedAtMs) : sinceMs);
    if (rule === 'idle' && isArriving) return { atMs: null, isHeld: true };
    if (dueMs > atMs) return { atMs: dueMs, isHeld: false };
    return isArriving ? { atMs: null, isHeld: true } : 'off';
  }

  function look(): void {
    const atMs = now();
    if (isReceiving()) arrivedAtMs = atMs;
    const next = planNow(atMs);
    if (next === 'off') {
      stop();
      turnOff();
    } else if (next.atMs !== plan.atMs || next.isHeld !== plan.isHeld) {
      plan = next;
      onPlan();
    }
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    plan = { atMs: null, isHeld: false };
  }

  return {
    plan: () => plan,
    begin(wanted) {
      stop();
      rule = wanted;
      sinceMs = now();
      arrivedAtMs = Number.NEGATIVE_INFINITY;
      if (rule === 'never') return;
      const first = planNow(sinceMs);
      if (first !== 'off') plan = first;
      timer = setInterval(look, LOOK_EVERY_MS).unref();
    },
    stop,
  };
}
