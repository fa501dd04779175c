import type { FailureCode } from '../../server/contracts/failure.ts';
import { FAILURES } from '../../server/contracts/failure.ts';
import type { BatchReply, ClassicStatusReply, QueueReply, SendReply } from '../../server/contracts/api.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';

/** What came back over HTTP, whole. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object in an answer. @throws Error when it holds none */
export function readJson(answer: HttpAnswer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch (cause) {
    throw new Error(`Status ${answer.status} without JSON: ${answer.text.slice(0, 300)}`, { cause });
  }
  if (!isObject(value)) throw new Error(`Status ${answer.status}, not an object: ${answer.text.slice(0, 300)}`);
  return value;
}

/** The code in the one error envelope. @throws Error when the answer is not in that envelope */
export function readFailureCode(answer: HttpAnswer): FailureCode {
  const { error } = readJson(answer);
  if (!isObject(error) || !isFailureCode(error['code'])) throw new Error(`No error envelope: ${answer.text.slice(0, 300)}`);
  for (const [key, type] of [['message', 'string'], ['retryable', 'boolean'], ['requestId', 'string']] as const) {
    if (typeof error[key] !== type) throw new Error(`The error envelope lacks "${key}": ${answer.text.slice(0, 300)}`);
  }
  return error['code'];
}

export function readSend(answer: HttpAnswer): SendReply {
  const reply = readJson(answer);
  if (!Array.isArray(reply['uploads']) || typeof reply['batch'] !== 'string') throw new Error(`Not an answer to uploads: ${answer.text.slice(0, 300)}`);
  return reply as unknown as SendReply;
}

export function readBatch(answer: HttpAnswer): BatchReply {
  const reply = readJson(answer);
  if (answer.status >= 300 || !Array.isArray(reply['uploads'])) throw new Error(`Status ${answer.status}: ${answer.text.slice(0, 300)}`);
  return reply as unknown as BatchReply;
}

export function readQueue(answer: HttpAnswer): QueueReply {
  const reply = readJson(answer);
  if (answer.status !== 200 || typeof reply['revision'] !== 'string') throw new Error(`Status ${answer.status}, not a queue: ${answer.text.slice(0, 300)}`);
  return reply as unknown as QueueReply;
}

export function readRecord(answer: HttpAnswer): UploadRecord {
  const reply = readJson(answer);
  if (answer.status !== 200 || typeof reply['id'] !== 'string') throw new Error(`Status ${answer.status}, not a record: ${answer.text.slice(0, 300)}`);
  return reply as unknown as UploadRecord;
}

export function readClassicStatus(answer: HttpAnswer): ClassicStatusReply {
  const reply = readJson(answer);
  const known = typeof reply['uploaded'] === 'number' || typeof reply['error'] === 'string';
  if (answer.status !== 200 || !known) throw new Error(`Status ${answer.status}, not a classic status: ${answer.text.slice(0, 300)}`);
  return reply as unknown as ClassicStatusReply;
}

function isFailureCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && Object.hasOwn(FAILURES, value);
}
