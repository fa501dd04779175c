import { describe, expect, test, vi } from 'vitest';
import type { LanOptions, LanSide } from '../../server/index.ts';
import type { ReceiveRules } from '../../electron/contracts/bridge.ts';
import { readReceiveRules } from '../../electron/main/ipc/read-receive-rules.ts';
import { createReceive } from '../../electron/main/receive.ts';
import type { Settings } from '../../electron/main/settings.ts';

const SIDE: LanSide = { addresses: ['http://10.0.0.2:8484'], ways: [], link: '', code: 'K7M 4QX', fingerprint: null, network: 'fine' };

function create(receive: ReceiveRules = { networks: null, offAfter: 'never' }) {
  let settings: Settings = { uploadFolder: '/x', windowBounds: null, duplicates: { policy: 'keep-both', guestsChoose: false }, https: false, receive, asks: false };
  const openLan = vi.fn<(options: LanOptions) => Promise<LanSide>>(() => Promise.resolve(SIDE));
  const closeLan = vi.fn(() => Promise.resolve());
  const server = { openLan, closeLan, deviceUploads: () => 0 };
  const keep = { get: () => settings, update: (change: Partial<Settings>) => { settings = { ...settings, ...change }; } };
  const onChange = vi.fn<() => void>();
  const side = createReceive({ server, host: '0.0.0.0', settings: keep, onChange }, () => undefined);
  return { side, openLan, closeLan, onChange, settings: () => settings, lastOptions: () => openLan.mock.lastCall?.[0] };
}

describe('how "Receive from phones" is opened', () => {
  test('networks that are chosen while it is on hold at once, with the visitors that came; they are kept', async () => {
    const { side, openLan, closeLan, settings, lastOptions } = create();
    await side.set(true);
    expect(lastOptions()).toMatchObject({ host: '0.0.0.0', interfaces: null });
    side.addVisitor({ name: 'iPhone', atMs: 1 });
    const rules: ReceiveRules = { networks: ['wlan0'], offAfter: '8h' };
    expect(await side.setRules(rules)).toMatchObject({ ok: true, value: { on: true, visitors: [{ name: 'iPhone' }], off: { isHeld: false } } });
    expect([lastOptions()?.interfaces, settings().receive, openLan.mock.calls.length, closeLan.mock.calls.length]).toEqual([['wlan0'], rules, 2, 0]);
    side.stop();
  });

  test('what the server tells of addresses and knocks reaches the window; a visitor is worth more than a knock', async () => {
    const { side, lastOptions } = create();
    await side.set(true);
    const moved: LanSide = { ...SIDE, addresses: ['http://10.0.0.3:8484'] };
    lastOptions()?.onChange?.(moved);
    lastOptions()?.onKnock?.({ kind: 'closed-early', atMs: 5 });
    expect(side.state()).toMatchObject({ on: true, addresses: moved.addresses, knock: { kind: 'closed-early', atMs: 5 } });
    side.addVisitor({ name: 'iPhone', atMs: 6 });
    expect(side.state()).toMatchObject({ knock: null });
  });

  test('whoever knocks in two ways in turn, thousands of times a second, is told of twice in five seconds', async () => {
    const { side, onChange, lastOptions } = create();
    await side.set(true);
    const knock = lastOptions()?.onKnock;
    onChange.mockClear();
    for (let atMs = 0; atMs < 5000; atMs += 1) {
      knock?.({ kind: 'closed-early', atMs });
      knock?.({ kind: 'unknown-name', atMs });
    }
    expect(onChange).toHaveBeenCalledTimes(2);
    knock?.({ kind: 'closed-early', atMs: 5001 });
    expect(side.state()).toMatchObject({ knock: { kind: 'closed-early', atMs: 5001 } });
  });

  test('when it cannot be opened as it is wanted, it is off, and says so', async () => {
    const { side, openLan } = create();
    await side.set(true);
    openLan.mockRejectedValueOnce(new Error('no'));
    expect(await side.setHttps(true)).toMatchObject({ ok: false, failure: { code: 'LAN_NOT_OPENED' } });
    expect(side.state()).toEqual({ on: false });
  });

  test('turned off by itself, it says when', async () => {
    let nowMs = 0;
    vi.useFakeTimers();
    try {
      const made = create({ networks: null, offAfter: '1h' });
      const off = createReceive({
        server: { openLan: made.openLan, closeLan: made.closeLan, deviceUploads: () => 0 }, host: '0.0.0.0', onChange: () => undefined, now: () => nowMs,
        settings: { get: made.settings, update: () => undefined },
      }, () => undefined);
      await off.set(true);
      expect(off.state()).toMatchObject({ off: { atMs: 3_600_000 } });
      nowMs = 3_600_000;
      await vi.advanceTimersByTimeAsync(1000);
      expect(off.state()).toEqual({ on: false, endedAtMs: 3_600_000 });
    } finally {
      vi.useRealTimers();
    }
  });

  test.each<[string, unknown]>([
    ['nothing', null], ['a text', 'never'], ['no rule', { networks: null }], ['a rule that is none', { networks: null, offAfter: '2h' }], ['networks that are no list', { networks: 'wlan0', offAfter: 'never' }],
    ['a network that is no text', { networks: [1], offAfter: 'never' }], ['an endless name', { networks: ['x'.repeat(65)], offAfter: 'never' }], ['too many networks', { networks: Array(33).fill('x'), offAfter: 'never' }],
  ])('%s is not taken for rules', (_what, value) => {
    expect(readReceiveRules(value)).toBeNull();
  });
});
