import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OffRule } from '../../electron/contracts/bridge.ts';
import { createAutoOff } from '../../electron/main/auto-off.ts';

const MINUTE_MS = 60_000;

beforeEach(() => { vi.useFakeTimers({ now: 0 }); });
afterEach(() => { vi.useRealTimers(); });

function begin(rule: OffRule) {
  let isReceiving = false;
  const turnOff = vi.fn();
  const onPlan = vi.fn();
  const off = createAutoOff({ isReceiving: () => isReceiving, turnOff, onPlan });
  off.begin(rule);
  return { off, turnOff, onPlan, receive: (now: boolean) => { isReceiving = now; } };
}

describe('off by itself', () => {
  test.each([['1h', 60], ['8h', 480], ['idle', 30]] as const)('%s: after %i minutes without anything, to the second, and once', (rule, minutes) => {
    const { off, turnOff } = begin(rule);
    expect(off.plan()).toEqual({ atMs: minutes * MINUTE_MS, isHeld: false });
    vi.advanceTimersByTime(minutes * MINUTE_MS - 1000);
    expect(turnOff).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10 * MINUTE_MS);
    expect(turnOff).toHaveBeenCalledOnce();
    expect(off.plan()).toEqual({ atMs: null, isHeld: false });
  });

  test('never is never, and what was stopped stays stopped', () => {
    const never = begin('never');
    const stopped = begin('1h');
    stopped.off.stop();
    vi.advanceTimersByTime(1000 * MINUTE_MS);
    expect([never.turnOff.mock.calls, stopped.turnOff.mock.calls, never.off.plan()]).toEqual([[], [], { atMs: null, isHeld: false }]);
  });

  test('what is arriving is let arrive, also when nothing moves for a moment between two files', () => {
    const { off, turnOff, receive } = begin('1h');
    vi.advanceTimersByTime(59 * MINUTE_MS);
    receive(true);
    vi.advanceTimersByTime(20 * MINUTE_MS);
    expect([turnOff.mock.calls.length, off.plan()]).toEqual([0, { atMs: null, isHeld: true }]);
    receive(false);
    vi.advanceTimersByTime(8000);
    receive(true);
    vi.advanceTimersByTime(2000);
    receive(false);
    vi.advanceTimersByTime(8000);
    expect(turnOff).not.toHaveBeenCalled();
    vi.advanceTimersByTime(3000);
    expect(turnOff).toHaveBeenCalledOnce();
  });

  test('idle counts from the last thing that arrived', () => {
    const { off, turnOff, onPlan, receive } = begin('idle');
    vi.advanceTimersByTime(25 * MINUTE_MS);
    receive(true);
    vi.advanceTimersByTime(MINUTE_MS);
    expect(off.plan()).toEqual({ atMs: null, isHeld: true });
    receive(false);
    vi.advanceTimersByTime(20 * MINUTE_MS);
    expect(off.plan()).toEqual({ atMs: 56 * MINUTE_MS, isHeld: false });
    // Told when it changes, not each second.
    expect(onPlan).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(10 * MINUTE_MS);
    expect(turnOff).toHaveBeenCalledOnce();
  });

  test('a computer that slept through the end is off a second after it wakes', () => {
    const { turnOff } = begin('1h');
    vi.setSystemTime(300 * MINUTE_MS);
    vi.advanceTimersByTime(1000);
    expect(turnOff).toHaveBeenCalledOnce();
  });

  test('another choice counts from now', () => {
    const { off, turnOff } = begin('1h');
    vi.advanceTimersByTime(50 * MINUTE_MS);
    off.begin('1h');
    expect(off.plan()).toEqual({ atMs: 110 * MINUTE_MS, isHeld: false });
    vi.advanceTimersByTime(50 * MINUTE_MS);
    expect(turnOff).not.toHaveBeenCalled();
    off.stop();
  });
});
