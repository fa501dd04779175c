import { createQuestionAnswerer } from './answer-questions.ts';
import { givesWay } from './mdns-answers.ts';
import type { MdnsNames } from './mdns-names.ts';
import type { ForeignPacket } from './mdns-packet.ts';
import { contradicts, mdnsRecords, recordKey, type MdnsRecord } from './mdns-records.ts';
import type { MdnsSettings } from './mdns-settings.ts';
import { openMdnsSocket, type Sender } from './mdns-socket.ts';
import type { MdnsSpeaker } from './mdns-speakers.ts';
import { createOnLink } from './on-link.ts';

/** Of all that was ever said by this computer, as much is known to be ours. */
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
  use(names: MdnsNames, port: number, speaker: MdnsSpeaker): void;
  /** Takes back what was said. */
  goodbye(): Promise<void>;
  close(): Promise<void>;
}

interface MdnsCardOptions {
  readonly speaker: MdnsSpeaker;
  readonly settings: MdnsSettings;
  /** All that was said on any card: two of them may be in one network, and hear each other. */
  readonly said: Set<string>;
  /** Somebody else has a name of ours. */
  readonly onConflict: () => void;
  /** Somebody else asks for a name in the same moment, and is to get it if it keeps asking. */
  readonly onGiveWay: () => void;
  readonly onTrouble: (error: unknown) => void;
}

/** @throws as openMdnsSocket */
export async function openMdnsCard({ speaker, settings, said, onConflict, onGiveWay, onTrouble }: MdnsCardOptions): Promise<MdnsCard> {
  let names: MdnsNames = { host: '', instance: '' };
  let isNear = createOnLink([], speaker.zone);
  let records: readonly MdnsRecord[] = [];
  let isOurs = false;
  const socket = await openMdnsSocket({ speaker, port: settings.port, onTrouble, isNear: (address) => isNear(address), onPacket });
  const answerer = createQuestionAnswerer({ socket, settings, records: () => records });
  /** What is asked for before it is said (section 8.1): all that nobody else may have. */
  const wanted = (): readonly MdnsRecord[] => records.filter(({ type }) => type === 'A' || type === 'AAAA' || type === 'SRV');

  function onPacket(packet: ForeignPacket, from: Sender): void {
    const { type, answers, authorities, additionals } = packet;
    const isAgainst = (all: ForeignPacket['answers']): boolean => all.some((record) => contradicts(record, names, said));
    if (type === 'query') {
      if (isOurs) answerer.answer(packet, from);
      else if (isAgainst(authorities) && givesWay(wanted(), authorities)) onGiveWay();
      // Section 6: what comes from another port is no answer.
    } else if (from.port === settings.port && isAgainst([...answers, ...additionals])) onConflict();
  }

  const takeBack = (gone: readonly MdnsRecord[]): Promise<void> =>
    // Of what others may have too (PTR of all services), only our own part is taken back.
    socket.send({ type: 'response', answers: gone.filter(({ type, name }) => type !== 'NSEC' && !name.startsWith('_services.')).map((record) => ({ ...record, ttl: 0 })) });

  /** What was said longest ago is forgotten first. */
  function remember(key: string): void {
    said.delete(key);
    said.add(key);
    const [oldest] = said;
    if (said.size > MOST_SAID && oldest !== undefined) said.delete(oldest);
  }

  function stopAnswering(): void {
    isOurs = false;
    answerer.stop();
  }

  return {
    isOurs: () => isOurs,
    // Not for one alone (section 8.1 would like that): an answer to one goes to one program, and others listen on this port too (section 15.1).
    probe: () => socket.send({
      type: 'query',
      questions: [{ name: names.host, type: 'ANY' }, { name: names.instance, type: 'ANY' }],
      authorities: wanted().map((record) => ({ ...record, flush: false })),
    }),
    announce() {
      isOurs = true;
      return answerer.tell(records);
    },
    doubt: stopAnswering,
    use(newNames, port, { own, zone }) {
      const before = new Map(records.map((record) => [recordKey(record), record]));
      [names, isNear, records] = [newNames, createOnLink(own, zone), mdnsRecords(newNames, { port, addresses: own })];
      const after = new Set(records.map(recordKey));
      for (const key of [...before.keys(), ...after]) remember(key);
      const gone = [...before].flatMap(([key, record]) => (after.has(key) ? [] : [record]));
      if (!isOurs || (gone.length === 0 && before.size === after.size)) return;
      void takeBack(gone).then(() => answerer.tell(records));
    },
    goodbye() {
      const wasOurs = isOurs;
      stopAnswering();
      return wasOurs ? takeBack(records) : Promise.resolve();
    },
    close() {
      stopAnswering();
      return socket.close();
    },
  };
}
