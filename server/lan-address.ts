import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/** True for addresses that only this computer reaches, also when IPv6 writes an IPv4 one (RFC 4291, section 2.5.5.2). */
export function isLoopback(address: string): boolean {
  return /^(?:(?:::ffff:)?127\.|::1$|localhost$)/u.test(address);
}

/** Base URL for an address; IPv6 goes into brackets (RFC 3986, section 3.2.2). */
export function baseUrl(address: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  return `${scheme}://${inBrackets(address)}:${port}`;
}

/** Values of the Host header under which loopback is reached on that port. */
export function loopbackHosts(port: number): readonly string[] {
  return ['127.0.0.1', 'localhost', '::1'].flatMap((name) => hostHeaders(name, port));
}

/** Values of the Host header, lower case, of requests to that address or name. Browsers leave out the port that the protocol implies. */
export function hostHeaders(host: string, port: number): readonly string[] {
  const name = inBrackets(host.toLowerCase());
  return port === 80 || port === 443 ? [name, `${name}:${port}`] : [`${name}:${port}`];
}

/** What others may call this computer: its name, and that with `.local` (RFC 6762). */
export function hostNames(): readonly string[] {
  const name = hostname().toLowerCase();
  return [...new Set([name, `${name.replace(/\.local$/u, '')}.local`])];
}

function inBrackets(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
