import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../access/access.ts';
import type { Log } from '../log.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import { answerFailure } from './answer-failure.ts';
import { admit, visibleTo } from './gate.ts';
import { SECURITY_HEADERS } from './page-files.ts';
import { queueText } from './queue-text.ts';

const POLL = /^\/api\/uploads\/?(?:\?(?<query>.*))?$/u;
const SINCE = /^since=(?<since>[\w-]*)$/u;

const HEADERS = { ...SECURITY_HEADERS, 'Cache-Control': 'no-store', 'Content-Type': 'application/json; charset=utf-8' };
const HEADER_LINES: readonly string[] = Object.entries(HEADERS).flat();

interface PollOptions {
  readonly service: UploadService;
  readonly access: Access;
  /** Told the Host header, lower case. */
  readonly isOurHost: (host: string) => boolean;
  readonly log: Log;
}

/**
 * Answers `GET /api/uploads`: four times a second by everybody who watches, so it goes through the same doors as all else and past
 * Express, which took longer than the answer.
 * @returns false for every other request
 */
export function answerPoll(request: IncomingMessage, response: ServerResponse, options: PollOptions): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const match = POLL.exec(request.url ?? '');
  if (match === null) return false;
  void answer(request, response, options, match.groups?.['query']);
  return true;
}

async function answer(request: IncomingMessage, response: ServerResponse, options: PollOptions, query: string | undefined): Promise<void> {
  try {
    const caller = await admit(request, options);
    options.service.seen(caller.sender.id);
    const reply = options.service.changes(sinceOf(query), visibleTo(caller));
    const body = queueText(reply);
    response.writeHead(200, [...HEADER_LINES, 'Content-Length', String(Buffer.byteLength(body))]);
    response.end(body);
  } catch (error) {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    answerFailure(request, response, error, options.log);
  }
}

/** Undefined when it is not there once: then the whole queue is the answer. */
function sinceOf(query = ''): string | undefined {
  const plain = SINCE.exec(query)?.groups?.['since'];
  if (plain !== undefined) return plain;
  const all = new URLSearchParams(query).getAll('since');
  return all.length === 1 ? all[0] : undefined;
}
