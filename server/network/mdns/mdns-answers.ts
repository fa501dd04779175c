import type { ForeignQuestion } from './mdns-packet.ts';
import { recordKey, type ForeignRecord, type MdnsRecord } from './mdns-records.ts';
import { contentOf } from './record-content.ts';

/** Which of our records were asked for and are not known to who asks (RFC 6762, sections 6 and 7.1); none for names of others. */
export function mdnsAnswers(questions: readonly ForeignQuestion[], known: readonly ForeignRecord[], records: readonly MdnsRecord[]): readonly MdnsRecord[] {
  return withoutKnown([...new Set(questions.flatMap((question) => askedFor(question, records)))], known);
}

/** What who asks has to be told, because it does not know it or will forget it soon. */
export function withoutKnown(asked: readonly MdnsRecord[], known: readonly ForeignRecord[]): readonly MdnsRecord[] {
  const ttls = new Map(known.map((record) => [recordKey(record), record.ttl]));
  return asked.filter((record) => (ttls.get(recordKey(record)) ?? 0) * 2 < record.ttl);
}

function askedFor({ name, type }: ForeignQuestion, records: readonly MdnsRecord[]): readonly MdnsRecord[] {
  const named = records.filter((record) => record.name.toLowerCase() === name);
  const found = named.filter((record) => type === 'ANY' || record.type === type);
  // The host has no such record, and says so.
  return found.length > 0 || (type !== 'A' && type !== 'AAAA') ? found : named.filter((record) => record.type === 'NSEC');
}

/** What helps with these answers (section 7 of RFC 6763; section 6.2 of RFC 6762): how a service is reached, what else a host has. */
export function additionsTo(answers: readonly MdnsRecord[], records: readonly MdnsRecord[]): readonly MdnsRecord[] {
  const isOfService = answers.some(({ type }) => type === 'PTR' || type === 'SRV');
  const names = new Set(answers.map(({ name }) => name));
  return records.filter((record) => record.type !== 'PTR' && !answers.includes(record) && (isOfService || names.has(record.name)));
}

/**
 * Two want a name in the same moment: whose records come first when sorted gives way (section 8.2).
 * @param ours what we would say of the names
 * @param others what the other one would say of them
 */
export function givesWay(ours: readonly MdnsRecord[], others: readonly ForeignRecord[]): boolean {
  return [...new Set(ours.map(({ name }) => name.toLowerCase()))].some((name) => {
    const own = ours.filter((record) => record.name.toLowerCase() === name).map(contentOf).sort();
    const theirs = others.filter((record) => record.name === name).map(({ content }) => content).sort();
    const at = theirs.findIndex((content, index) => content !== own[index]);
    const [mine, other] = [own[at], theirs[at]];
    // Who has said all sooner gives way too; no difference is no contest.
    return other !== undefined && (mine === undefined || mine < other);
  });
}
