import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests that wait for "100 Continue" before they send their body. */
const waitingForContinue = new WeakSet<IncomingMessage>();

/** What a connection had brought when a request began. */
const startBytes = new WeakMap<IncomingMessage, number>();

/** Notes where on its connection a request begins. */
export function noteStart(request: IncomingMessage): void {
  startBytes.set(request, request.socket.bytesRead);
}

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

/** Bytes of the body that have not arrived yet, or a little more; null when it comes in chunks. */
export function bytesLeft(request: IncomingMessage): number | null {
  const announced = announcedBytes(request);
  if (announced === null) return null;
  return announced - (request.socket.bytesRead - (startBytes.get(request) ?? request.socket.bytesRead));
}
