import { encode, type Answer } from 'dns-packet';

/** Header of a packet, and the name `.` of its first record. */
const TYPE_AT = 12 + 1;
const CLASS_AT = TYPE_AT + 2;
const TTL_AT = CLASS_AT + 2;
/** After seconds and length. */
const DATA_AT = TTL_AT + 4 + 2;

/**
 * Class, type and data of a record as hexadecimal digits, which sort as its bytes do (RFC 6762, section 8.2).
 * @throws what cannot be written
 */
export function contentOf(record: Exclude<Answer, { type: 'OPT' }>): string {
  const bytes = encode({ answers: [{ ...record, name: '.', flush: false }] });
  return Buffer.concat([bytes.subarray(CLASS_AT, TTL_AT), bytes.subarray(TYPE_AT, CLASS_AT), bytes.subarray(DATA_AT)]).toString('hex');
}
