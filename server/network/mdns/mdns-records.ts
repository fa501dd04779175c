import { ALL_SERVICES, SERVICE, type MdnsNames } from './mdns-names.ts';
import { contentOf } from './record-content.ts';

interface Common {
  readonly name: string;
  readonly class: 'IN';
  /** Seconds (RFC 6762, section 10). */
  readonly ttl: number;
  /** Nobody else has such a record: it takes the place of older ones (section 10.2). */
  readonly flush: boolean;
}

/** A record that is announced. */
export type MdnsRecord = Common &
  (
    | { readonly type: 'A' | 'AAAA' | 'PTR' | 'TXT'; readonly data: string }
    | { readonly type: 'SRV'; readonly data: { priority: number; weight: number; port: number; target: string } }
    | { readonly type: 'NSEC'; readonly data: { nextDomain: string; rrtypes: ('A' | 'AAAA')[] } }
  );

/** What came in a packet: of any type, with anything in it. */
export interface ForeignRecord {
  /** Lower case. */
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  /** As contentOf. */
  readonly content: string;
}

/** What can be asked for behind one network card. */
export interface Reach {
  readonly port: number;
  readonly addresses: readonly { readonly address: string; readonly family: 4 | 6 }[];
}

const HOST_TTL = 120;
const OTHER_TTL = 4500;

/** All that is said of these names on one network card. */
export function mdnsRecords({ host, instance }: MdnsNames, { port, addresses }: Reach): readonly MdnsRecord[] {
  const ofHost = { name: host, class: 'IN', ttl: HOST_TTL, flush: true } as const;
  const shared = { class: 'IN', ttl: OTHER_TTL, flush: false, type: 'PTR' } as const;
  const own = addresses.map(({ address, family }): MdnsRecord => ({ ...ofHost, type: family === 6 ? 'AAAA' : 'A', data: address }));
  const types = (['A', 'AAAA'] as const).filter((type) => own.some((record) => record.type === type));
  return [
    ...own,
    // What there is not, so that nobody waits for it (section 6.1).
    { ...ofHost, type: 'NSEC', data: { nextDomain: host, rrtypes: types } },
    { ...ofHost, name: instance, type: 'SRV', data: { priority: 0, weight: 0, port, target: host } },
    { ...ofHost, name: instance, ttl: OTHER_TTL, type: 'TXT', data: 'path=/' },
    { ...shared, name: SERVICE, data: instance },
    { ...shared, name: ALL_SERVICES, data: SERVICE },
  ];
}

/** The same for records that say the same, whoever wrote them. */
export function recordKey(record: MdnsRecord | ForeignRecord): string {
  return `${record.name.toLowerCase()} ${'content' in record ? record.content : contentOf(record)}`;
}

/** Whether somebody else says to have a name of ours (section 9). What we ever said ourselves comes back to us, and is no such thing. */
export function contradicts(record: ForeignRecord, { host, instance }: MdnsNames, said: ReadonlySet<string>): boolean {
  const isOfHost = record.name === host && (record.type === 'A' || record.type === 'AAAA');
  const isOfInstance = record.name === instance.toLowerCase() && record.type === 'SRV';
  return (isOfHost || isOfInstance) && record.ttl > 0 && !said.has(recordKey(record));
}
