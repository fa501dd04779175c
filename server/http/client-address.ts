import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { Failure } from '../failure.ts';
import { addressKind, readProxyRange } from '../proxy-range.ts';

/** The proxies in front whose word counts about where a request comes from. */
export interface TrustedProxies {
  includes(address: string): boolean;
}

/** What of a request says where it comes from. */
interface Asked {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/** A port behind an address, as some proxies write it: `192.0.2.1:1234`, `[2001:db8::1]:1234`, `[2001:db8::1]` (RFC 7239, section 6). */
const WITH_PORT = /^(?:\[(?<six>[\da-f:.]+)\]|(?<four>[\d.]+))(?::\d{1,5})?$/iu;

const addresses = new WeakMap<Asked, string>();

/**
 * @param ranges addresses, or ranges such as 10.0.0.0/8; none that holds everybody
 * @throws Failure CONFIG_INVALID
 */
export function trustProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const text of ranges) {
    const range = readProxyRange(text);
    if (range === null) throw new Failure('CONFIG_INVALID');
    list.addSubnet(range.address, range.prefix, range.kind);
  }
  if (ranges.length === 0) return { includes: () => false };
  return {
    includes(scoped) {
      // Link-local ones come with the name of an interface behind a percent sign, which lists do not know.
      const address = scoped.replace(/%.*$/u, '');
      const kind = addressKind(address);
      return kind !== null && list.check(address, kind);
    },
  };
}

/** Notes where a request comes from, for {@link clientAddress}; what a proxy says counts only when the proxy is trusted. */
export function noteClient(request: Asked, proxies: TrustedProxies): void {
  const peer = request.socket.remoteAddress;
  if (peer === undefined || !proxies.includes(peer)) return;
  const hops = String(request.headers['x-forwarded-for'] ?? '').split(',').map((hop) => hop.trim());
  let client = peer;
  // From the right: each proxy adds whom it saw, and what stands left of the first one that is not ours anybody can have written.
  for (const hop of hops.reverse()) {
    const address = addressIn(hop);
    if (address === null) break;
    client = address;
    if (!proxies.includes(address)) break;
  }
  addresses.set(request, client);
}

/** Where a request comes from: its connection's other end, or whom a trusted proxy saw; undefined when the connection is gone. */
export function clientAddress(request: Asked): string | undefined {
  return addresses.get(request) ?? request.socket.remoteAddress;
}

function addressIn(hop: string): string | null {
  if (isIP(hop) !== 0) return hop;
  const { four, six } = WITH_PORT.exec(hop)?.groups ?? {};
  const address = four ?? six ?? '';
  return isIP(address) === 0 ? null : address;
}
