import { isIP } from 'node:net';

/** One address, or all that begin alike. */
export interface ProxyRange {
  readonly address: string;
  readonly kind: 'ipv4' | 'ipv6';
  /** Bits that count. */
  readonly prefix: number;
}

const RANGE = /^(?<address>[\d.]+|[\da-f:.]+)(?:\/(?<prefix>\d{1,3}))?$/iu;

/** Reads `192.0.2.1`, `10.0.0.0/8` or `fd00::/8`; null for anything else, also for a range that holds everybody. */
export function readProxyRange(text: string): ProxyRange | null {
  const { address = '', prefix: bits } = RANGE.exec(text)?.groups ?? {};
  const kind = addressKind(address);
  if (kind === null) return null;
  const most = kind === 'ipv4' ? 32 : 128;
  const prefix = Number(bits ?? most);
  return prefix >= 1 && prefix <= most ? { address, kind, prefix } : null;
}

/** Null for what is no address. */
export function addressKind(address: string): ProxyRange['kind'] | null {
  switch (isIP(address)) {
    case 4:
      return 'ipv4';
    case 6:
      return 'ipv6';
    default:
      return null;
  }
}
