import { describe, expect, test } from 'vitest';
import { defaultRouteIn, readRoutes } from '../../../server/network/default-route.ts';
import { readAddresses } from '../../../server/network/read-addresses.ts';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const table = (...lines: readonly string[]): string => `${[HEAD, ...lines].join('\n')}\n`;

describe('the interface that leads to the router', () => {
  test.each([
    ['one', table('wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0', 'wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0'), 'wlan0'],
    ['two: the one with the lower metric', table('wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0', 'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0'), 'eth0'],
    ['half of everything, as OpenVPN takes it, is no default', table('tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0'), null],
    ['a route that is down', table('eth0\t00000000\t0100000A\t0002\t0\t0\t0\t00000000\t0\t0\t0'), null],
    ['none', table('eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0'), null],
    ['nothing', '', null],
    ['nonsense', 'x\ny\n\0\n\t\t\t\t\t\t\t\n', null],
  ])('%s', (_what, text, name) => {
    expect(defaultRouteIn(text)).toBe(name);
  });

  test('of this computer is one of its interfaces, or there is none', async () => {
    const found = readAddresses();
    const { exitName } = await readRoutes(found);
    expect([null, ...found.map(({ name }) => name)]).toContain(exitName);
  });
});
