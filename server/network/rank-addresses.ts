import type { NetworkAddress, NetworkKind, RankedAddress } from './network-address.ts';

/** Ways to elsewhere: who comes through them is not in this room. */
const TUNNEL = /^(?:utun|tun|tap|ppp|ipsec|wg|zt|ham|gpd|cscotun)\d*|vpn|wireguard|wintun|tailscale|zerotier|hamachi|nordlynx|proton|mullvad|warp|anyconnect|globalprotect|fortinet/iu;
/** Inside this computer: containers, virtual machines, and what Apple's devices talk among themselves. */
const VIRTUAL = /^(?:docker|br-[\da-f]{12}|veth|virbr|vmnet|vboxnet|vmenet|vnic|lxc|lxd|cni|flannel|cali|podman|kube|awdl|llw|anpi|bridge\d|dummy|ifb)|vEthernet|virtualbox|vmware|hyper-v|host-only|wsl|docker|loopback/iu;
/** Host sides of VirtualBox, VMware and Docker; Windows calls them "Ethernet 3" and the like. */
const VIRTUAL_MAC = /^(?:0a:00:27|00:50:56:c0|02:42)/iu;
/** What macOS gives itself when it shares its connection over Wi-Fi, on an interface that is a bridge by name. */
const SHARED_BY_MAC = '192.168.2.1';

const SELF_ASSIGNED = '169.254.';
const PRIVATE = /^(?:192\.168\.|10\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd])/iu;

/**
 * The likeliest to be reached by a phone in the same room first: real cards before tunnels and virtual ones, IPv4 before IPv6, the one
 * that leads to the router before others, private before public, and what the computer gave itself late.
 * @param defaultName interface that leads out; null when none does
 */
export function rankAddresses(found: readonly NetworkAddress[], defaultName: string | null): readonly RankedAddress[] {
  return found
    .map((address) => judge(address, defaultName))
    .map((address) => ({ address, score: scoreOf(address) }))
    .sort((left, right) => right.score - left.score)
    .map(({ address }) => address);
}

/** @param name of an interface, as the system calls it */
export function kindOf({ name, address, mac }: Pick<NetworkAddress, 'name' | 'address' | 'mac'>): NetworkKind {
  if (address === SHARED_BY_MAC) return 'physical';
  if (TUNNEL.test(name)) return 'tunnel';
  return VIRTUAL.test(name) || VIRTUAL_MAC.test(mac) ? 'virtual' : 'physical';
}

function judge(address: NetworkAddress, defaultName: string | null): RankedAddress {
  return { ...address, kind: kindOf(address), isDefault: address.name === defaultName, isSelfAssigned: address.address.startsWith(SELF_ASSIGNED) };
}

function scoreOf({ kind, isDefault, isSelfAssigned, family, address }: RankedAddress): number {
  const ofKind = { physical: 0, virtual: -40, tunnel: -50 }[kind];
  return ofKind + (family === 4 ? 20 : 0) + (isDefault ? 16 : 0) + (PRIVATE.test(address) ? 2 : 0) - (isSelfAssigned ? 20 : 0);
}
