import { additionsTo, mdnsAnswers, withoutKnown } from './mdns-answers.ts';
import type { ForeignPacket } from './mdns-packet.ts';
import { recordKey, type MdnsRecord } from './mdns-records.ts';
import type { MdnsSocket, Sender } from './mdns-socket.ts';
import type { MdnsSettings } from './mdns-settings.ts';
import { createMdnsTurns } from './mdns-turns.ts';

/** Answers of programs that know nothing of mDNS are not kept for long (RFC 6762, section 6.7). */
const LEGACY_TTL = 10;
/** What others have too is said after 20 to 120 ms, so that not all speak at once (section 6): in parts of 250 ms. */
const SHARED_DELAY = { least: 0.08, more: 0.4 } as const;
/** Who has more to say of what it knows gets 400 to 500 ms for that (section 7.2). */
const TRUNCATED_DELAY = { least: 1.6, more: 0.4 } as const;
/** Answers that wait at once. */
const MOST_WAITING = 32;

/** Answers questions on one network card, for names that are ours. */
export interface QuestionAnswerer {
  answer(packet: ForeignPacket, from: Sender): void;
  /** Says that to all, asked or not. */
  tell(records: readonly MdnsRecord[]): Promise<void>;
  /** What waits is not said any more. */
  stop(): void;
}

interface Waiting {
  readonly from: Sender;
  answers: readonly MdnsRecord[];
  readonly timer: NodeJS.Timeout;
}

interface AnswererOptions {
  readonly socket: MdnsSocket;
  readonly settings: MdnsSettings;
  /** What is so now. */
  readonly records: () => readonly MdnsRecord[];
}

export function createQuestionAnswerer({ socket, settings: { port, paceMs }, records }: AnswererOptions): QuestionAnswerer {
  const secondMs = paceMs * 4;
  const turns = createMdnsTurns(secondMs);
  const waiting = new Set<Waiting>();

  function sayToAll(wanted: readonly MdnsRecord[], everyMs: number): void {
    const isDue = (record: MdnsRecord): boolean => turns.takeForAll(recordKey(record), everyMs);
    const answers = wanted.filter(isDue);
    if (answers.length > 0) void socket.send({ type: 'response', answers, additionals: additionsTo(answers, records()).filter(isDue) });
  }

  function sayToOne(wanted: readonly MdnsRecord[], from: Sender): void {
    const answers = wanted.filter(() => turns.takeForOne(from.address));
    if (answers.length > 0) void socket.send({ type: 'response', answers, additionals: additionsTo(answers, records()) }, from);
  }

  /** Section 6.7: as a server of the usual kind would answer, to who asks. */
  function answerLegacy({ id, questions, answers: known }: ForeignPacket, from: Sender): void {
    const answers = mdnsAnswers(questions, known, records()).filter(() => turns.takeForOne(from.address));
    const repeated = questions.filter(({ name }) => answers.some((record) => record.name.toLowerCase() === name));
    if (answers.length > 0) void socket.send({ type: 'response', id, questions: repeated, answers: answers.map((record) => ({ ...record, ttl: LEGACY_TTL, flush: false })) }, from);
  }

  function sayLater(answers: readonly MdnsRecord[], from: Sender, { least, more }: typeof SHARED_DELAY | typeof TRUNCATED_DELAY): void {
    if (waiting.size >= MOST_WAITING) return;
    const timer = setTimeout(() => {
      waiting.delete(entry);
      const now = new Set(records());
      sayToAll(entry.answers.filter((record) => now.has(record)), secondMs);
    }, paceMs * (least + Math.random() * more));
    const entry: Waiting = { from, answers, timer: timer.unref() };
    waiting.add(entry);
  }

  return {
    answer(packet, from) {
      if (from.port !== port) return void answerLegacy(packet, from);
      const { questions, answers: known, authorities, isTruncated } = packet;
      // The rest of what somebody knows.
      if (questions.length === 0) for (const each of waiting) if (each.from.address === from.address) each.answers = withoutKnown(each.answers, known);
      const forOne = mdnsAnswers(questions.filter(({ isForOne }) => isForOne), known, records());
      // Section 5.4: what the others have not heard for long they hear now.
      const isFresh = (record: MdnsRecord): boolean => turns.sinceTold(recordKey(record)) < (record.ttl * secondMs) / 4;
      sayToOne(forOne.filter(isFresh), from);
      const forAll = mdnsAnswers(questions.filter(({ isForOne }) => !isForOne), known, records());
      const answers = [...new Set([...forOne.filter((record) => !isFresh(record)), ...forAll])];
      if (answers.length === 0) return;
      if (isTruncated) return void sayLater(answers, from, TRUNCATED_DELAY);
      // Section 6: what is ours alone is said at once, and oftener than once a second only to defend it.
      const own = answers.filter(({ flush }) => flush);
      sayToAll(own, authorities.length > 0 ? paceMs : secondMs);
      if (own.length < answers.length) sayLater(answers.filter(({ flush }) => !flush), from, SHARED_DELAY);
    },
    tell(answers) {
      for (const record of answers) turns.takeForAll(recordKey(record), 0);
      return socket.send({ type: 'response', answers });
    },
    stop() {
      for (const { timer } of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}
