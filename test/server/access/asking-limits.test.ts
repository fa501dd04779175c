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
  asking = new Asking({ devices: { get, allow }, isOn: () => true, onChange: () => undefined, told: () => told, refuse: (id, _batches, code) => refused.push(code === 'APPROVAL_REFUSED' ? id : `${id}, unanswered`) });
});

afterEach(() => {
  asking.stop();
  vi.useRealTimers();
});

/** What a request is told that sends so many bytes; null when it may. */
function send(id: string, { batch = 'b', bytes = 1000, from }: { readonly batch?: string; readonly bytes?: number | null; readonly from?: string } = {}): string | null {
  return codeOf(() => asking.require(callerOf(id, from), batch, bytes));
}

function announce(id: string, { from }: { readonly from?: string } = {}): string | null {
  return codeOf(() => {
    asking.requireHeard(callerOf(id, from), 'b');
    asking.requireTold(callerOf(id, from), 'b');
  });
}

function callerOf(id: string, address = '192.0.2.1'): Caller {
  return { sender: { id, name: id, kind: 'page' }, isOwner: false, address, ended: new AbortController().signal };
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
  test('that nobody answers ends after ten minutes, as one that was not answered, and does not count against the device', async () => {
    for (let round = 0; round < 4; round += 1) {
      expect(announce('phone')).toBe('APPROVAL_NEEDED');
      await vi.advanceTimersByTimeAsync(10 * MINUTE_MS - 1);
      expect([asking.open().length, refused.length]).toEqual([1, round]);
      await vi.advanceTimersByTimeAsync(1);
      expect([asking.open().length, refused.length]).toEqual([0, round + 1]);
      expect(refused.at(-1)).toBe('phone, unanswered');
      expect(announce('phone')).toBe('APPROVAL_UNANSWERED');
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

  test('is none any more when all that it was about is called off; one about a request that told nothing stays', async () => {
    announce('phone');
    send('script', { bytes: null });
    await vi.advanceTimersByTimeAsync(3000);
    expect(asking.open()).toHaveLength(2);
    told = { files: 0, bytes: 0 };
    await vi.advanceTimersByTimeAsync(1000);
    expect([asking.open().map(({ deviceId }) => deviceId), refused]).toEqual([['script'], []]);
    told = { files: 1, bytes: 1 };
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

describe('places for questions', () => {
  const openIds = (): readonly string[] => asking.open().map(({ deviceId }) => deviceId);
  const fill = (from: string, most = 20): void => {
    for (let number = 0; number < most; number += 1) expect(send(`${from} ${number}`, { from })).toBe('APPROVAL_NEEDED');
  };

  test.each([send, announce])('are all one address\'s as long as nobody else comes; another one gets its share, and its turn after the first', async (act) => {
    fill('192.0.2.1');
    expect(act('192.0.2.1 more', { from: '192.0.2.1' })).toBe('TOO_MANY_UPLOADS');
    expect(act('guest', { from: '192.0.2.2' })).toBe('APPROVAL_NEEDED');
    expect(openIds().slice(0, 3)).toEqual(['192.0.2.1 0', 'guest', '192.0.2.1 1']);
    expect(openIds()).toHaveLength(20);
    // The newest had to make room, keeps what it announced, and asks again when there is some.
    expect(refused).toEqual([]);
    expect(act('192.0.2.1 19', { from: '192.0.2.1' })).toBe('TOO_MANY_UPLOADS');
    await answer('no');
    expect(openIds()[0]).toBe('guest');
    expect(act('192.0.2.1 19', { from: '192.0.2.1' })).toBe('APPROVAL_NEEDED');
  });

  test('are shared by halves among two, with nobody driving out the other; a third takes of both', () => {
    fill('192.0.2.1');
    fill('192.0.2.2', 10);
    for (const from of ['192.0.2.1', '192.0.2.2']) expect(send('one more', { from })).toBe('TOO_MANY_UPLOADS');
    fill('192.0.2.3', 6);
    expect(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((from) => openIds().filter((id) => id.startsWith(from)).length).toSorted()).toEqual([6, 7, 7]);
    expect(send('one more', { from: '192.0.2.3' })).toBe('TOO_MANY_UPLOADS');
  });

  test('are no more for whoever has a whole network of IPv6 addresses', () => {
    for (let number = 0; number < 20; number += 1) expect(send(`device ${number}`, { from: `2001:db8:1:2::${number}` })).toBe('APPROVAL_NEEDED');
    expect(send('more', { from: '2001:db8:1:2:9::1' })).toBe('TOO_MANY_UPLOADS');
    expect(send('guest', { from: '2001:db8:1:3::1' })).toBe('APPROVAL_NEEDED');
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
