import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { Failure } from '../../failure.ts';
import { failureAnswer } from '../answer-failure.ts';

/**
 * Answers those who come without HTTPS where it is on: a browser that opens the page is sent to the same address with it (and takes what
 * is behind the # along), everything else is told. Nothing of a body is read. The way is not to be remembered: browsers keep a permanent
 * one for good, and HTTPS may be off tomorrow.
 * @param isOurHost told the Host header, lower case; to no other is anybody sent
 */
export function sendToHttps(isOurHost: (host: string) => boolean): RequestListener {
  return (request, response) => {
    const host = request.headers.host?.toLowerCase() ?? '';
    if (!isOurHost(host)) refuse(response, new Failure('HOST_NOT_ALLOWED'));
    else if (opensPage(request)) response.writeHead(307, { Location: `https://${host}${request.url ?? '/'}`, 'Cache-Control': 'no-store', 'Content-Length': 0, Connection: 'close' }).end();
    else refuse(response, new Failure('HTTPS_REQUIRED'), { Upgrade: 'TLS/1.2, HTTP/1.1' });
  };
}

function opensPage({ method, url = '' }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && url.startsWith('/') && !url.startsWith('//') && !/^\/(?:api|uploadfile|upload_status|healthz|metrics)(?:[/?]|$)/u.test(url);
}

function refuse(response: ServerResponse, failure: Failure, more: Readonly<Record<string, string>> = {}): void {
  const { status, headers, body } = failureAnswer(failure, randomUUID());
  response.writeHead(status, { ...headers, ...more, 'Content-Length': Buffer.byteLength(body), Connection: more['Upgrade'] === undefined ? 'close' : 'close, Upgrade' }).end(body);
}
