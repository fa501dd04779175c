import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkAddress } from '../../../server/network/network-address.ts';
import { rankAddresses } from '../../../server/network/rank-addresses.ts';

const at = (name: string, address: string, mac = '3c:52:82:aa:bb:cc'): NetworkAddress =>
  ({ name, address, mac, family: address.includes(':') ? 6 : 4, netmask: '255.255.255.0' });

/** Typical computers; the address that a phone in the room reaches comes first. */
const MACHINES: readonly (readonly [what: string, defaultName: string | null, best: string, others: readonly NetworkAddress[]])[] = [
  ['a laptop on Wi-Fi, Linux, with Docker', 'wlp3s0', '192.168.1.20', [at('wlp3s0', '192.168.1.20'), at('docker0', '172.17.0.1', '02:42:5c:11:22:33'), at('br-0123456789ab', '172.18.0.1', '02:42:99:11:22:33'), at('wlp3s0', '2003:e1:bf00::20')]],
  ['Windows with WSL and Hyper-V', 'Wi-Fi', '192.168.178.31', [at('Wi-Fi', '192.168.178.31'), at('vEthernet (WSL (Hyper-V firewall))', '172.29.160.1', '00:15:5d:01:02:03'), at('vEthernet (Default Switch)', '172.24.80.1', '00:15:5d:01:02:04')]],
  ['Windows with VirtualBox, whose card is called like a real one', 'Ethernet', '10.0.4.17', [at('Ethernet', '10.0.4.17'), at('Ethernet 3', '192.168.56.1', '0a:00:27:00:00:0c')]],
  ['Windows with VMware', 'Ethernet', '192.168.0.5', [at('VMware Network Adapter VMnet8', '192.168.94.1', '00:50:56:c0:00:08'), at('Ethernet', '192.168.0.5')]],
  ['a Mac with Tailscale, which takes nothing but its own', 'en0', '192.168.1.77', [at('utun4', '100.101.102.103'), at('en0', '192.168.1.77'), at('utun4', 'fd7a:115c:a1e0::1')]],
  ['a Mac with a VPN that takes everything', 'utun6', '192.168.1.77', [at('utun6', '10.8.0.6'), at('en0', '192.168.1.77')]],
  ['Linux with WireGuard that takes everything', 'wg0', '192.168.1.9', [at('wg0', '10.64.0.2'), at('enp4s0', '192.168.1.9')]],
  ['Windows with OpenVPN and NordLynx', 'NordLynx', '192.168.2.8', [at('OpenVPN TAP-Windows6', '10.8.0.2'), at('NordLynx', '10.5.0.2'), at('WLAN', '192.168.2.8')]],
  ['a hotspot of a Mac, which is a bridge by name', null, '192.168.2.1', [at('bridge100', '192.168.2.1'), at('bridge101', '192.168.64.1'), at('utun0', '10.9.0.1')]],
  ['a hotspot of Windows', null, '192.168.137.1', [at('Local Area Connection* 10', '192.168.137.1'), at('vEthernet (WSL)', '172.20.0.1')]],
  ['a hotspot of Linux beside a virtual network', null, '10.42.0.1', [at('wlan0', '10.42.0.1'), at('virbr0', '192.168.122.1', '52:54:00:aa:bb:cc')]],
  ['an office where the cable has a public address', 'eno1', '141.20.5.9', [at('eno1', '141.20.5.9'), at('docker0', '172.17.0.1')]],
  ['cable and Wi-Fi at once: where the router is', 'en7', '192.168.1.4', [at('en0', '10.20.0.9'), at('en7', '192.168.1.4'), at('awdl0', '169.254.9.9')]],
  ['no DHCP on the cable, Wi-Fi beside it', null, '192.168.1.3', [at('eth0', '169.254.33.7'), at('wlan0', '192.168.1.3')]],
  ['two computers on one cable, nothing else', null, '169.254.33.7', [at('eth0', '169.254.33.7'), at('docker0', '172.17.0.1')]],
  ['a network without IPv4', 'eth0', '2001:db8:5::7', [at('eth0', '2001:db8:5::7'), at('docker0', '172.17.0.1')]],
];

describe('addresses, the likeliest to be reached first', () => {
  test.each(MACHINES)('%s', (_what, defaultName, best, addresses) => {
    fc.assert(fc.property(fc.shuffledSubarray([...addresses], { minLength: addresses.length }), (shuffled) => {
      const ranked = rankAddresses(shuffled, defaultName);
      expect(ranked[0]?.address).toBe(best);
      expect(ranked.map(({ address }) => address).toSorted()).toEqual(addresses.map(({ address }) => address).toSorted());
    }), { numRuns: 20 });
  });

  test('whatever there is beside it: a card with a private address that leads to the router is before what is virtual, a tunnel or self-assigned', () => {
    const others = fc.array(fc.record({
      name: fc.constantFrom('docker0', 'veth12ab', 'utun3', 'tun0', 'wg1', 'vEthernet (x)', 'VirtualBox Host-Only Network', 'tailscale0', 'ZeroTier One [a]', 'vmnet8'),
      address: fc.oneof(fc.ipV4(), fc.ipV6()),
    }), { maxLength: 12 });
    const cards = fc.array(fc.constantFrom(at('eth9', '169.254.1.1'), at('eth8', 'fd00::8'), at('eth7', '2001:db8::7')), { maxLength: 4 });
    fc.assert(fc.property(others, cards, fc.ipV4().map((text) => `10.${text.split('.').slice(1).join('.')}`), (virtual, more, own) => {
      const all = [...virtual.filter(({ address }) => address !== '192.168.2.1').map(({ name, address }) => at(name, address)), ...more, at('wlan0', own)];
      expect(rankAddresses(all, 'wlan0')[0]?.address).toBe(own);
    }));
  });
});
