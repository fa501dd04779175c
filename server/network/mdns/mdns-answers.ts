import { recordKey, type ForeignRecord, type MdnsRecord } from './mdns-records.ts';

/** A question as it came. */
export interface ForeignQuestion {
  readonly name: string;
  readonly type: string;
  readonly class?: string | undefined;
}

/** Which of our records were asked for and are not known to who asks (RFC 6762, sections 6 and 7.1); none for names of others. */
export function mdnsAnswers(questions: readonly ForeignQuestion[], known: readonly ForeignRecord[], records: readonly MdnsRecord[]): readonly MdnsRecord[] {
  const ours = new Map(records.map((record) => [recordKey(record), record]));
  const asked = new Set(questions.flatMap((question) => askedFor(question, records)));
  for (const each of known) {
    const record = ours.get(recordKey(each));
    if (record !== undefined && (each.ttl ?? 0) * 2 >= record.ttl) asked.delete(record);
  }
  return [...asked];
}

function askedFor({ name, type, class: ofClass = 'IN' }: ForeignQuestion, records: readonly MdnsRecord[]): readonly MdnsRecord[] {
  if (ofClass !== 'IN' && ofClass !== 'ANY') return [];
  const named = records.filter((record) => record.name.toLowerCase() === name.toLowerCase());
  const found = named.filter((record) => type === 'ANY' || record.type === type);
  // The host has no such record, and says so.
  return found.length > 0 || (type !== 'A' && type !== 'AAAA') ? found : named.filter((record) => record.type === 'NSEC');
}

/**
 * Two want a name in the same moment: whose address is the smaller one gives way (section 8.2).
 * @param others what the other one would say of the names
 */
export function givesWay(ours: readonly MdnsRecord[], others: readonly ForeignRecord[]): boolean {
  const host = ours.find(({ type }) => type === 'A')?.name;
  const own = lowest(ours.filter(({ type }) => type === 'A'));
  const theirs = lowest(others.filter(({ type, name }) => type === 'A' && name.toLowerCase() === host));
  return own !== undefined && theirs !== undefined && Buffer.compare(own, theirs) < 0;
}

function lowest(records: readonly ForeignRecord[]): Buffer | undefined {
  const addresses = records.flatMap(({ data }) => (typeof data === 'string' ? [Buffer.from(data.split('.').map(Number))] : []));
  return addresses.sort((left, right) => Buffer.compare(left, right))[0];
}
