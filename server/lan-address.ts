import { isIPv6 } from 'node:net';
import { hostname, networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** Interfaces that lead to virtual machines, containers or tunnels rather than to the phone on the table. */
const VIRTUAL = /^(?:docker|br-|veth|virbr|vmnet|vboxnet|vnic|utun|tun|tap|wg|tailscale|zt|ham|awdl|llw|bridge|vEthernet)/iu;

/** True for addresses that only this computer reaches, also when IPv6 writes an IPv4 one (RFC 4291, section 2.5.5.2). */
export function isLoopback(address: string): boolean {
  return /^(?:(?:::ffff:)?127\.|::1$|localhost$)/u.test(address);
}

/** This computer's addresses in the network, the likeliest to be reachable first. */
export function lanAddresses(): readonly string[] {
  const scored = Object.entries(networkInterfaces()).flatMap(([name, infos]) =>
    (infos ?? []).filter(isReachable).map(({ address }) => ({ address, score: score(name, address) })),
  );
  return scored.sort((left, right) => right.score - left.score).map(({ address }) => address);
}

/** Base URL for an address; IPv6 goes into brackets (RFC 3986, section 3.2.2). */
export function baseUrl(address: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  return `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** Values of the Host header under which loopback is reached on that port. */
export function loopbackHosts(port: number): readonly string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].flatMap((name) => withPort(name, port));
}

/** Values of the Host header under which other devices reach that port now; addresses come and go. */
export function lanHosts(port: number): readonly string[] {
  const addresses = lanAddresses().map((address) => (isIPv6(address) ? `[${address}]` : address));
  return [...addresses, ...hostNames()].flatMap((host) => withPort(host, port));
}

/** What others may call this computer: its name, and that with `.local` (RFC 6762). */
export function hostNames(): readonly string[] {
  const name = hostname().toLowerCase();
  return [...new Set([name, `${name.replace(/\.local$/u, '')}.local`])];
}

/** Browsers leave out the port that the protocol implies. */
function withPort(host: string, port: number): readonly string[] {
  return port === 80 || port === 443 ? [host, `${host}:${port}`] : [`${host}:${port}`];
}

function isReachable({ internal, family, address }: NetworkInterfaceInfo): boolean {
  // Link-local IPv6 needs a zone, which no URL can carry.
  return !internal && !(family === 'IPv6' && address.startsWith('fe80:'));
}

function score(name: string, address: string): number {
  const isPrivate = /^(?:192\.168\.|10\.|172\.(?:1[6-9]|2\d|3[01])\.)/u.test(address);
  const isSelfAssigned = address.startsWith('169.254.');
  return (VIRTUAL.test(name) ? -8 : 0) + (isIPv6(address) ? 0 : 4) + (isPrivate ? 2 : 0) - (isSelfAssigned ? 4 : 0);
}
