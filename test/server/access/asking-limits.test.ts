import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Caller } from '../../../server/access/access.ts';
import type { Told } from '../../../server/access/allowances.ts';
import { Asking } from '../../../server/access/asking.ts';
import type { KnownDevice } from '../../../server/access/device-book.ts';
import { asFailure } from '../../../server/failure.ts';

const MINUTE_MS = 60_000;

let told: Told;
let refused: string[];
let rights: Map<string, KnownDevice['allowed']>;
let asking: Asking;

beforeEach(() => {
  vi.useFakeTimers();
  told = { files: 2, bytes: 10_000_000 };
  refused = [];
  rights = new Map();
  const get = (id: string): KnownDevice => ({ id, name: id, kind: 'page', firstSeenAtMs: 0, lastSeenAtMs: 0, generation: 1, allowed: rights.get(id) ?? 'ask' });
  const allow = async (id: string, allowed: KnownDevice['allowed']): Promise<void> => void rights.set(id, allowed);
  asking = new Asking({ devices: { get, allow }, isOn: () => true, onChange: () => undefined, told: () => told, refuse: (id) => refused.push(id) });
});

afterEach(() => {
  asking.stop();
  vi.useRealTimers();
});

/** What a request is told that sends so many bytes; null when it may. */
function send(id: string, { batch = 'b', bytes = 1000 }: { readonly batch?: string; readonly bytes?: number | null } = {}): string | null {
  return codeOf(() => asking.require(callerOf(id), batch, bytes));
}

function announce(id: string): string | null {
  return codeOf(() => {
    asking.requireHeard(callerOf(id), 'b');
    asking.requireTold(callerOf(id), 'b');
  });
}

function callerOf(id: string): Caller {
  return { sender: { id, name: id, kind: 'page' }, isOwner: false, ended: new AbortController().signal };
}

function codeOf(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return asFailure(error).code;
  }
}

function answer(given: 'once' | 'always' | 'no'): Promise<void> {
  return asking.answer(asking.open()[0]?.id ?? 'none', given);
}

describe('a question', () => {
  test('that nobody answers ends after ten minutes as refused, and does not count against the device', async () => {
    for (let round = 0; round < 4; round += 1) {
      expect(announce('phone')).toBe('APPROVAL_NEEDED');
      await vi.advanceTimersByTimeAsync(10 * MINUTE_MS - 1);
      expect([asking.open().length, refused.length]).toEqual([1, round]);
      await vi.advanceTimersByTimeAsync(1);
      expect([asking.open().length, refused.length]).toEqual([0, round + 1]);
      expect(announce('phone')).toBe('APPROVAL_REFUSED');
      await vi.advanceTimersByTimeAsync(6000);
    }
  });

  test('is one of at most 20, and one at most of each device: whoever comes then is told so, and is heard when there is room', async () => {
    for (let number = 0; number < 20; number += 1) for (const batch of ['b', 'c']) expect(send(`device ${number}`, { batch })).toBe('APPROVAL_NEEDED');
    expect(asking.open()).toHaveLength(20);
    for (const act of [send, announce]) expect(act('another')).toBe('TOO_MANY_UPLOADS');
    expect(asking.open()).toHaveLength(20);
    await answer('no');
    expect(announce('another')).toBe('APPROVAL_NEEDED');
  });

  test('is not heard any more after three refusals, before the code is shown anew', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(send('phone')).toBe('APPROVAL_NEEDED');
      await answer('no');
      expect(send('phone')).toBe('APPROVAL_REFUSED');
      await vi.advanceTimersByTimeAsync(6000);
    }
    await vi.advanceTimersByTimeAsync(24 * 60 * MINUTE_MS);
    for (const act of [send, announce]) expect(act('phone')).toBe('APPROVAL_REFUSED');
    asking.hearAgain('phone');
    expect(announce('phone')).toBe('APPROVAL_NEEDED');
  });

  test('ends with its device, and with what is decided about it elsewhere', async () => {
    send('phone');
    send('laptop');
    rights.set('phone', 'always');
    asking.review();
    expect([asking.open().map(({ deviceId }) => deviceId), refused]).toEqual([['laptop'], []]);
    asking.end('laptop');
    expect([asking.open(), refused]).toEqual([[], ['laptop']]);
  });
});

describe('a yes', () => {
  test('for once holds for about twice what was told; files that make it more are asked about again', async () => {
    announce('phone');
    await answer('once');
    expect(announce('phone')).toBeNull();
    for (const bytes of [10_000_000, 10_000_000]) expect(send('phone', { bytes })).toBeNull();
    expect(send('phone', { bytes: 10_000_000 })).toBe('APPROVAL_NEEDED');
    await answer('once');
    told = { files: 3, bytes: 50_000_000 };
    expect(announce('phone')).toBe('APPROVAL_NEEDED');
    expect(send('phone', { bytes: 1000 })).toBeNull();
  });

  test('for something that did not say how large it is holds for one request', async () => {
    told = { files: 0, bytes: 0 };
    expect(send('script', { bytes: null })).toBe('APPROVAL_NEEDED');
    await answer('once');
    expect([send('script', { bytes: null }), send('script', { bytes: null })]).toEqual([null, 'APPROVAL_NEEDED']);
  });

  test('is gone with the access of its device', async () => {
    send('phone');
    await answer('once');
    asking.end('phone');
    expect(send('phone')).toBe('APPROVAL_NEEDED');
  });
});
