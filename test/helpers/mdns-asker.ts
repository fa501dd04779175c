import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, TRUNCATED_RESPONSE, type Answer, type DecodedPacket, type RecordType } from 'dns-packet';
import { onTestFinished } from 'vitest';

interface Question {
  readonly name: string;
  readonly type: RecordType;
}

interface AskOptions {
  readonly id?: number;
  /** The answer is wanted for itself alone (RFC 6762, section 5.4). */
  readonly isForOne?: boolean;
  readonly isTruncated?: boolean;
  readonly known?: readonly Answer[];
  /** What it wants to say of these names itself: then it is a probe. */
  readonly wanted?: readonly Answer[];
}

/** Somebody who asks byte by byte, and hears what is told to it and nobody else. */
export interface Asker {
  readonly told: readonly DecodedPacket[];
  ask(questions: readonly Question[], options?: AskOptions): Promise<void>;
  /** Says something to all that nobody waits for. */
  say(answers: readonly Answer[]): Promise<void>;
  send(bytes: Uint8Array): Promise<void>;
}

/**
 * @param port on which all listen
 * @param address of 127.0.0.0/8 that it speaks from
 * @param isLegacy it asks from another port, as programs do that know nothing of mDNS
 */
export async function joinAsAsker(port: number, address: string, isLegacy = false): Promise<Asker> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true }).bind(isLegacy ? 0 : port, address);
  const told: DecodedPacket[] = [];
  socket.on('message', (bytes) => told.push(decode(bytes)));
  onTestFinished(() => void socket.close());
  await once(socket, 'listening');
  socket.setMulticastInterface(address);
  const send = (bytes: Uint8Array): Promise<void> => new Promise((resolve, reject) => socket.send(bytes, port, '224.0.0.251', (error) => (error === null ? resolve() : reject(error))));
  return {
    told,
    send,
    say: (answers) => send(encode({ type: 'response', answers: [...answers] })),
    ask(questions, { id = 0, isForOne = false, isTruncated = false, known = [], wanted = [] } = {}) {
      const bytes = encode({ type: 'query', id, flags: isTruncated ? TRUNCATED_RESPONSE : 0, questions: questions.map((question) => ({ ...question })), answers: [...known], authorities: [...wanted] });
      // Header, then each name with its labels, type and class; the bit is the first one of the class.
      let end = 12;
      for (const { name } of questions) {
        end += Buffer.byteLength(name) + 6;
        if (isForOne) bytes.writeUInt8(0x80, end - 2);
      }
      return send(bytes);
    },
  };
}
