import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

const MOST_NAME_BYTES = 253;
const LABEL = /^[\w-]{1,63}$/u;

/**
 * A name that a server is to answer to, as browsers write it in the Host header: lower case, and what is not Latin as an A-label
 * (RFC 5891), which is also the only form that a certificate takes.
 * @param text `host` or `host:port`, where the host is a name or an address
 * @returns null when no browser could ask for it
 */
export function readAllowedHost(text: string): string | null {
  if (isIPv6(text)) return `[${text.toLowerCase()}]`;
  const { host, port } = /^(?<host>\[[^\]]+\]|[^:[\]]+)(?<port>:\d{1,5})?$/u.exec(text)?.groups ?? {};
  if (host === undefined) return null;
  const isAddress = isIPv4(host) || isIPv6(host.slice(1, -1));
  const name = isAddress ? host.toLowerCase() : domainToASCII(host);
  return isAddress || isName(name) ? `${name}${port ?? ''}` : null;
}

function isName(name: string): boolean {
  // "1.2.3" is a way to write an address, and browsers ask for that.
  return !isIPv4(name) && name.length <= MOST_NAME_BYTES && name.split('.').every((label) => LABEL.test(label));
}
