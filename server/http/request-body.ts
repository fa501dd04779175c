import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests that wait for "100 Continue" before they send their body. */
const waitingForContinue = new WeakSet<IncomingMessage>();

/** Notes that the client asked first (`Expect: 100-continue`), so that a refusal costs no byte. */
export function noteExpectation(request: IncomingMessage): void {
  waitingForContinue.add(request);
}

/** Lets the body come, now that nothing speaks against it. */
export function inviteBody(request: IncomingMessage, response: ServerResponse): void {
  if (waitingForContinue.delete(request)) response.writeContinue();
}

/** True while there is a body of which not all has arrived. */
export function isBodyPending(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
  return hasBody && !request.complete;
}

/** Bytes of the body as announced; null when it comes in chunks. */
export function announcedBytes(request: IncomingMessage): number | null {
  const length = request.headers['content-length'];
  return length === undefined ? null : Number(length);
}
