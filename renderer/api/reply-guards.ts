import type { Api, RouteName } from '../../server/contracts/api.ts';
import { DEVICE_RIGHTS, type Device, type Question } from '../../server/contracts/devices.ts';
import type { HistoryEntry } from '../../server/contracts/history.ts';
import { DUPLICATE_POLICIES, type DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { ErrorReply, FailureCode, FailureReport } from '../../server/contracts/failure.ts';
import { SENDER_KINDS, UPLOAD_STATES, type Sender, type Totals, type UploadRecord } from '../../server/contracts/upload.ts';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isNumberOrNull = (value: unknown): value is number | null => value === null || isNumber(value);
const isAbsent = (value: unknown): value is undefined => value === undefined;
const oneOf = (table: readonly string[], value: unknown): boolean => isString(value) && table.includes(value);

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is readonly Item[] {
  return Array.isArray(value) && value.every((item) => isItem(item));
}

const isPolicy = (value: unknown): value is DuplicatePolicy => oneOf(DUPLICATE_POLICIES, value);

/** One that only a newer server knows is believed too: its own sentence comes with it. */
function isFailureCode(value: unknown): value is FailureCode {
  return isString(value) && /^[A-Z][A-Z_]*$/u.test(value);
}

function isFailureReport(value: unknown): value is FailureReport {
  return isFields(value) && isFailureCode(value['code']) && isString(value['message']) && typeof value['retryable'] === 'boolean';
}

function isSender(value: unknown): value is Sender {
  return isFields(value) && isString(value['id']) && isString(value['name']) && oneOf(SENDER_KINDS, value['kind']);
}

export function isUploadRecord(value: unknown): value is UploadRecord {
  return isFields(value)
    && isString(value['id']) && isString(value['batch']) && isString(value['name']) && isString(value['path'])
    && isNumberOrNull(value['size']) && isNumber(value['received'])
    && oneOf(UPLOAD_STATES, value['state']) && isSender(value['sender'])
    && isNumber(value['createdAtMs']) && isNumber(value['changedAtMs'])
    && (isAbsent(value['failure']) || isFailureReport(value['failure']));
}

function isTotals(value: unknown): value is Totals {
  if (!isFields(value) || !isNumber(value['receivedBytes']) || !isNumber(value['sizeBytes'])) return false;
  const count = value['count'];
  return isFields(count) && UPLOAD_STATES.every((state) => isNumber(count[state]));
}

function isBatch(value: unknown): value is { readonly batch: string; readonly uploads: readonly UploadRecord[] } {
  return isFields(value) && isString(value['batch']) && isListOf(value['uploads'], isUploadRecord)
    && (isAbsent(value['worthHashing']) || isListOf(value['worthHashing'], isString));
}

function isHistoryEntry(value: unknown): value is HistoryEntry {
  return isFields(value)
    && isString(value['id']) && isString(value['name']) && isString(value['path']) && (isAbsent(value['originalName']) || isString(value['originalName']))
    && isNumber(value['size']) && isNumber(value['storedAtMs']) && isSender(value['sender']) && typeof value['isThere'] === 'boolean';
}

function isDevice(value: unknown): value is Device {
  return isFields(value)
    && isString(value['id']) && isString(value['name']) && (value['kind'] === 'page' || value['kind'] === 'api')
    && isNumber(value['firstSeenAtMs']) && isNumber(value['lastSeenAtMs']) && isNumber(value['storedFiles'])
    && oneOf(DEVICE_RIGHTS, value['allowed']) && typeof value['hasAccess'] === 'boolean';
}

function isQuestion(value: unknown): value is Question {
  return isFields(value) && isString(value['id']) && isSender(value['device']) && isNumber(value['files']) && isNumberOrNull(value['bytes']) && isListOf(value['names'], isString) && isNumber(value['askedAtMs']);
}

const isNull = (value: unknown): value is null => value === null;

export function isErrorReply(value: unknown): value is ErrorReply {
  return isFields(value) && isFailureReport(value['error']);
}

type ReplyGuards = { readonly [Name in RouteName]: (value: unknown) => value is Api[Name]['reply'] };

/** A look at every answer before it is believed: the page may be older or newer than the server that answers it. */
export const REPLY_GUARDS: ReplyGuards = {
  'GET /api/uploads': (value): value is Api['GET /api/uploads']['reply'] =>
    isFields(value) && isString(value['revision'])
    && (value['unchanged'] === true
      || (typeof value['full'] === 'boolean' && isListOf(value['uploads'], isUploadRecord)
        && isListOf(value['removed'], isString) && isTotals(value['totals']))),
  'POST /api/uploads': isBatch,
  'GET /api/uploads/:id': isUploadRecord,
  'DELETE /api/uploads/:id': isNull,
  'GET /api/history': (value): value is Api['GET /api/history']['reply'] =>
    isFields(value) && isListOf(value['entries'], isHistoryEntry) && (value['next'] === null || isString(value['next'])) && isNumber(value['total']),
  'DELETE /api/history': isNull,
  'DELETE /api/history/:id': isNull,
  'GET /api/devices': (value): value is Api['GET /api/devices']['reply'] =>
    isFields(value) && isListOf(value['devices'], isDevice) && typeof value['asks'] === 'boolean' && isListOf(value['questions'], isQuestion),
  'POST /api/devices/:id': isNull,
  'DELETE /api/devices/:id': isNull,
  'POST /api/questions/:id': isNull,
  'POST /api/batches': isBatch,
  'GET /api/server': (value): value is Api['GET /api/server']['reply'] => {
    if (!isFields(value) || !isString(value['name']) || !isNumberOrNull(value['freeBytes'])) return false;
    if (value['folder'] !== 'there' && value['folder'] !== 'away') return false;
    const { limits, on, duplicates } = value;
    if (!isFields(duplicates) || !isPolicy(duplicates['usual']) || !isListOf(duplicates['allowed'], isPolicy)) return false;
    return isFields(limits) && isNumberOrNull(limits['maxFileBytes']) && isNumberOrNull(limits['maxRequestBytes'])
      && isNumber(limits['maxFilesPerRequest']) && isListOf(value['addresses'], isString)
      && isFields(on) && typeof on['code'] === 'boolean' && typeof on['lan'] === 'boolean';
  },
  'POST /api/session': (value): value is Api['POST /api/session']['reply'] =>
    isFields(value) && isString(value['token']) && isSender(value['sender']) && isNumber(value['expiresAtMs']),
  'GET /api/proof': (value): value is Api['GET /api/proof']['reply'] => isFields(value) && isString(value['proof']),
  'GET /healthz': (value): value is Api['GET /healthz']['reply'] => isFields(value) && isString(value['status']),
};
