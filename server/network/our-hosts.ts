import { hostHeaders, hostNames, isLoopback, loopbackHosts } from '../lan-address.ts';
import { addressesBehind, ANY_IPV4, ANY_IPV6 } from './listen-on.ts';
import type { NetworkWatch } from './network-watch.ts';

/** What went away is known no longer than this. */
const KNOWN_FOR_MS = 2000;

interface OurHostsOptions {
  readonly network: NetworkWatch;
  /** What is listened on now; null before it is. */
  readonly listening: () => { readonly port: number; readonly hosts: readonly string[] } | null;
  /** Further ones, `host` or `host:port`, lower case. */
  readonly allowed: readonly string[];
  /** The name that is announced in the network now, if one is. */
  readonly announced: () => string | null;
}

/** Tells whether a Host header, lower case, is one under which a request may come to what is listened on. */
export function createOurHosts({ network, listening, allowed, announced }: OurHostsOptions): (header: string) => boolean {
  let known: ReadonlySet<string> = new Set();
  let knownAtMs = Number.NEGATIVE_INFINITY;

  function collect(): ReadonlySet<string> {
    const now = listening();
    if (now === null) return new Set();
    const { port, hosts } = now;
    const name = announced();
    const names = [
      ...hosts.filter((host) => host !== ANY_IPV4 && host !== ANY_IPV6), ...addressesBehind(hosts, network.addresses()).map(({ address }) => address),
      ...(hosts.every(isLoopback) ? [] : hostNames()), ...(name === null ? [] : [name]),
    ];
    return new Set([...allowed, ...loopbackHosts(port), ...names.flatMap((each) => hostHeaders(each, port))]);
  }

  return (header) => {
    if (known.has(header) && performance.now() - knownAtMs < KNOWN_FOR_MS) return true;
    // It may have become ours a moment ago.
    network.reread();
    known = collect();
    knownAtMs = performance.now();
    return known.has(header);
  };
}
