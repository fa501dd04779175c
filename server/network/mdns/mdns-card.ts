import type { RankedAddress } from '../network-address.ts';
import { givesWay, mdnsAnswers } from './mdns-answers.ts';
import type { MdnsNames } from './mdns-names.ts';
import { contradicts, mdnsRecords, recordKey, type MdnsRecord } from './mdns-records.ts';
import type { MdnsSettings } from './mdns-settings.ts';
import { openMdnsSocket, type ForeignPacket, type Sender } from './mdns-socket.ts';
import { isOnLink } from './on-link.ts';

/** Answers of programs that know nothing of mDNS are not kept for long (RFC 6762, section 6.7). */
const LEGACY_TTL = 10;
/** Of all that was ever said on a card, as much is known to be ours. */
const MOST_SAID = 256;

/** What one network card is told, and asked. */
export interface MdnsCard {
  /** Nobody objected: questions are answered. */
  isOurs(): boolean;
  /** Asks whether somebody has these names. */
  probe(): Promise<void>;
  /** Says that they are ours, and answers from now on. */
  announce(): Promise<void>;
  /** Stops answering; what was said stays known. */
  doubt(): void;
  /** Says what is so now; when names are ours already, all who listen are told of what came and went. */
  use(names: MdnsNames, port: number, addresses: readonly RankedAddress[]): void;
  /** Takes back what was said. */
  goodbye(): Promise<void>;
  close(): Promise<void>;
}

interface MdnsCardOptions {
  /** IPv4 address that it speaks from. */
  readonly address: string;
  readonly settings: MdnsSettings;
  /** Somebody else has a name of ours, or is about to. */
  readonly onConflict: () => void;
  readonly onTrouble: (error: unknown) => void;
}

/** @throws as openMdnsSocket */
export async function openMdnsCard({ address, settings, onConflict, onTrouble }: MdnsCardOptions): Promise<MdnsCard> {
  const said = new Set<string>();
  const leftAtMs = new Map<string, number>();
  let names: MdnsNames = { host: '', instance: '' };
  let networks: readonly RankedAddress[] = [];
  let records: readonly MdnsRecord[] = [];
  let isOurs = false;
  const socket = await openMdnsSocket({ address, port: settings.port, onTrouble, onPacket });

  function onPacket(packet: ForeignPacket, from: Sender): void {
    if (!isOnLink(from.address, networks)) return;
    if (packet.type === 'query') return void hearQuestion(packet, from);
    const { answers = [], additionals = [] } = packet;
    // Section 6: what comes from another port is no answer.
    if (from.port === settings.port && [...answers, ...additionals].some((record) => contradicts(record, names, said))) onConflict();
  }

  function hearQuestion({ id = 0, questions = [], answers: known = [], authorities = [] }: ForeignPacket, from: Sender): void {
    const isProbe = authorities.length > 0;
    if (!isOurs) {
      if (isProbe && authorities.some((record) => contradicts(record, names, said)) && givesWay(records, authorities)) onConflict();
      return;
    }
    const isLegacy = from.port !== settings.port;
    const everyMs = isProbe ? settings.paceMs : settings.paceMs * 4;
    const isDue = (record: MdnsRecord): boolean => takeTurn(`${isLegacy ? 'legacy ' : ''}${recordKey(record)}`, everyMs);
    const answers = mdnsAnswers(questions, known, records).filter(isDue);
    if (answers.length === 0) return;
    if (isLegacy) {
      const repeated = questions.filter(({ name }) => answers.some((record) => record.name.toLowerCase() === name.toLowerCase()));
      void socket.send({ type: 'response', id, questions: repeated, answers: answers.map((record) => ({ ...record, ttl: LEGACY_TTL, flush: false })) }, from);
      return;
    }
    const additionals = records.filter((record) => record.type !== 'PTR' && !answers.includes(record) && isDue(record));
    void socket.send({ type: 'response', answers, additionals });
  }

  /** Section 6: at most once a second, and oftener only to defend a name. */
  function takeTurn(key: string, everyMs: number): boolean {
    const nowMs = performance.now();
    if (nowMs - (leftAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    leftAtMs.set(key, nowMs);
    return true;
  }

  function tell(answers: readonly MdnsRecord[]): Promise<void> {
    for (const record of answers) takeTurn(recordKey(record), 0);
    return socket.send({ type: 'response', answers });
  }

  const takeBack = (gone: readonly MdnsRecord[]): Promise<void> =>
    // Of what others may have too (PTR of all services), only our own part is taken back.
    socket.send({ type: 'response', answers: gone.filter(({ type, name }) => type !== 'NSEC' && !name.startsWith('_services.')).map((record) => ({ ...record, ttl: 0 })) });

  return {
    isOurs: () => isOurs,
    probe: () => socket.send({
      type: 'query',
      questions: [{ name: names.host, type: 'A' }, { name: names.host, type: 'AAAA' }, { name: names.instance, type: 'SRV' }],
      authorities: records.filter(({ type }) => type === 'A' || type === 'AAAA' || type === 'SRV').map((record) => ({ ...record, flush: false })),
    }),
    announce() {
      isOurs = true;
      return tell(records);
    },
    doubt() {
      isOurs = false;
    },
    use(newNames, port, addresses) {
      const before = new Map(records.map((record) => [recordKey(record), record]));
      [names, networks, records] = [newNames, addresses, mdnsRecords(newNames, { port, addresses })];
      const after = new Set(records.map(recordKey));
      if (said.size > MOST_SAID) said.clear();
      for (const key of [...before.keys(), ...after]) said.add(key);
      const gone = [...before].flatMap(([key, record]) => (after.has(key) ? [] : [record]));
      if (!isOurs || (gone.length === 0 && before.size === after.size)) return;
      void takeBack(gone).then(() => tell(records));
    },
    goodbye() {
      const wasOurs = isOurs;
      isOurs = false;
      return wasOurs ? takeBack(records) : Promise.resolve();
    },
    close: () => socket.close(),
  };
}
