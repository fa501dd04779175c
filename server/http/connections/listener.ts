import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse, STATUS_CODES } from 'node:http';
import { Socket, type AddressInfo, type ListenOptions as ListenNetOptions } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { Certificate } from '../../access/certificate.ts';
import { Failure, systemErrorCode } from '../../failure.ts';
import type { FailureCode } from '../../contracts/failure.ts';
import { failureAnswer } from '../answer-failure.ts';
import { limitConnections, type ConnectionLimits } from './connection-limits.ts';
import { noteExpectation, noteStart } from '../request-body.ts';
import { createSecureServer } from './secure-server.ts';
import { watchStrangers } from './watch-strangers.ts';

/** Larger than Node's 64 KiB: an upload to disk took about half the time. */
const BUFFER_BYTES = 1 << 20;

/** An open door: one address, one port. */
export interface Listener {
  readonly port: number;
  /** Takes no new connections and ends idle ones; resolves when all are closed, the rest cut after the grace time. */
  close(graceMs: number): Promise<void>;
  /** For connections from now on; only where there was one from the start. */
  useCertificate(certificate: Certificate): void;
}

interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** For `::` where IPv4 has a listener of its own. */
  readonly isIpv6Only: boolean;
  readonly limits: ConnectionLimits;
  /** Told when a connection ends by whoever made it, before it asked for anything. */
  readonly onClosedEarly: () => void;
  /** Null: plain HTTP. */
  readonly certificate: Certificate | null;
}

/** What answers. */
interface Handlers {
  readonly handle: RequestListener;
  /** Where HTTPS is on, those who come without. */
  readonly plain: RequestListener;
}

/** @throws Failure PORT_IN_USE, ADDRESS_NOT_AVAILABLE, CONFIG_INVALID */
export async function listen({ host, port, isIpv6Only, limits, certificate, onClosedEarly }: ListenOptions, { handle, plain }: Handlers): Promise<Listener> {
  const options: ServerOptions = {
    highWaterMark: BUFFER_BYTES,
    // The default of 300 s cuts healthy uploads (nodejs/node#47421); stalled ones are found by watchForStall.
    requestTimeout: 0,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.headersTimeoutMs / 3,
    keepAliveTimeout: 10_000,
    // The gate answers for a missing Host itself, in our envelope.
    requireHostHeader: false,
  };
  const strangers = watchStrangers(onClosedEarly);
  const notePlain: RequestListener = (request, response) => {
    strangers.noteRequest(request.socket);
    plain(request, response);
  };
  const secure = certificate === null ? null : createSecureServer(options, certificate, limits.headersTimeoutMs, notePlain);
  const server = secure?.server ?? createServer(options);
  server.on('connection', strangers.noteConnection);
  const answering = new Map<Socket, ServerResponse>();
  const actualPort = await startListening(server, { host, port, ipv6Only: isIpv6Only });
  const stopLimits = limitConnections(server, host, limits, answering);

  const serve: RequestListener = (request, response) => {
    strangers.noteRequest(request.socket);
    noteStart(request);
    answering.set(request.socket, response);
    response.once('close', () => {
      // The one before it, of two that were asked for at once: the latest is still to come.
      if (answering.get(request.socket) === response) answering.delete(request.socket);
    });
    handle(request, response);
  };
  server.on('request', serve);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    noteExpectation(request);
    serve(request, response);
  });
  // Node's own answer to an expectation that it does not know has no body; it may as well be passed over (RFC 9110, section 10.1.1).
  server.on('checkExpectation', serve);
  server.on('clientError', (error, socket) => {
    if (socket instanceof Socket) refuseConnection(error, socket, answering);
  });

  return {
    port: actualPort,
    useCertificate: (other) => secure?.useCertificate(other),
    async close(graceMs) {
      strangers.stop();
      stopLimits();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function startListening(server: Server, options: ListenNetOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Failure(listenFailure(error), { cause: error })));
    server.listen(options, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function listenFailure(error: unknown): FailureCode {
  switch (systemErrorCode(error)) {
    case 'EADDRINUSE':
      return 'PORT_IN_USE';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'ADDRESS_NOT_AVAILABLE';
    default:
      return 'CONFIG_INVALID';
  }
}

/** What could not be parsed never becomes a request; Node's own answer to it has no body. */
function refuseConnection(error: Error, socket: Socket, answering: ReadonlyMap<Socket, ServerResponse>): void {
  const response = answering.get(socket);
  if (response?.headersSent === true) {
    // The gate was faster than the parser; let its answer out.
    response.end();
    socket.destroySoon();
    return;
  }
  if (!socket.writable || response !== undefined || systemErrorCode(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, headers, body } = failureAnswer(new Failure(parserFailure(error)), randomUUID());
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

function parserFailure(error: unknown): FailureCode {
  switch (systemErrorCode(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return 'HEADERS_TOO_LARGE';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'REQUEST_TIMEOUT';
    default:
      return 'REQUEST_INVALID';
  }
}
