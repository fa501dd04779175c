import { AUTHORITATIVE_ANSWER, decode, encode, type Answer, type Question, type RecordType } from 'dns-packet';
import type { ForeignRecord, MdnsRecord } from './mdns-records.ts';
import { contentOf } from './record-content.ts';

/** A frame of Ethernet; who asks more at once splits it (RFC 6762, section 7.2). Longer ones can be made so that reading takes seconds. */
const MOST_BYTES = 1500;
const HEADER_BYTES = 12;
const INTERNET = 1;
const ANY_CLASS = 255;
const UNICAST_BIT = 0x8000;

/** A question as it came. */
export interface ForeignQuestion {
  readonly name: string;
  readonly type: string;
  /** The answer is wanted by who asks, and by nobody else (RFC 6762, section 5.4). */
  readonly isForOne: boolean;
}

/** What came, without what is not about the internet's names. */
export interface ForeignPacket {
  readonly type: 'query' | 'response';
  readonly id: number;
  /** More of the same question follows (section 7.2). */
  readonly isTruncated: boolean;
  readonly questions: readonly ForeignQuestion[];
  readonly answers: readonly ForeignRecord[];
  readonly authorities: readonly ForeignRecord[];
  readonly additionals: readonly ForeignRecord[];
}

export interface MdnsPacket {
  readonly type: 'query' | 'response';
  readonly id?: number;
  /** Those of types that nobody asks for here are left out. */
  readonly questions?: readonly { readonly name: string; readonly type: string }[];
  readonly answers?: readonly MdnsRecord[];
  readonly authorities?: readonly MdnsRecord[];
  readonly additionals?: readonly MdnsRecord[];
}

/** @returns null: nothing that one can read, or that has a say here (RFC 6762, sections 18.3 and 18.11). Never throws. */
export function readPacket(bytes: Buffer): ForeignPacket | null {
  // Operation and outcome stand in bits 1 to 4 and 12 to 15 of the flags.
  if (bytes.length < HEADER_BYTES || bytes.length > MOST_BYTES || (bytes.readUInt16BE(2) & 0x780f) !== 0) return null;
  try {
    const { type = 'query', id = 0, flag_tc: isTruncated, questions = [], answers = [], authorities = [], additionals = [] } = decode(bytes);
    return {
      type, id, isTruncated,
      questions: questions.flatMap(readQuestion),
      answers: answers.flatMap(readRecord), authorities: authorities.flatMap(readRecord), additionals: additionals.flatMap(readRecord),
    };
  } catch {
    // Bytes that are no packet are nobody's business.
    return null;
  }
}

/** @throws when a name is longer than a name may be */
export function writePacket({ type, id = 0, questions = [], answers = [], authorities = [], additionals = [] }: MdnsPacket): Buffer {
  return encode({
    type, id, flags: type === 'response' ? AUTHORITATIVE_ANSWER : 0,
    questions: questions.flatMap(({ name, type: asked }) => (isAsked(asked) ? [{ name, type: asked, class: 'IN' as const }] : [])),
    answers: [...answers], authorities: [...authorities], additionals: [...additionals],
  });
}

function readQuestion({ name, type, class: given = 'IN' }: Question): readonly ForeignQuestion[] {
  // The library knows no such bit in a question, and gives the number of the class with it.
  const ofClass: string = given;
  const number = Number(/^UNKNOWN_(?<number>\d+)$/u.exec(ofClass)?.groups?.['number'] ?? 0);
  const isForOne = (number & UNICAST_BIT) !== 0;
  const isOfInternet = ofClass === 'IN' || ofClass === 'ANY' || number === (INTERNET | UNICAST_BIT) || number === (ANY_CLASS | UNICAST_BIT);
  return isOfInternet ? [{ name: name.toLowerCase(), type, isForOne }] : [];
}

function readRecord(record: Answer): readonly ForeignRecord[] {
  // No record, but a word about the packet (RFC 6891).
  if (record.type === 'OPT' || record.class !== 'IN') return [];
  return [{ name: record.name.toLowerCase(), type: record.type, ttl: record.ttl ?? 0, content: contentOf(record) }];
}

const ASKED_TYPES = ['ANY', 'A', 'AAAA', 'PTR', 'SRV', 'TXT', 'NSEC'];

/** The library writes ANY as well; only its types do not name it. */
function isAsked(type: string): type is RecordType {
  return ASKED_TYPES.includes(type);
}
