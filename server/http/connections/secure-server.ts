import { createServer as createPlainServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import type { Certificate } from '../../access/certificate.ts';

/** First byte of a TLS handshake (RFC 8446, section 5.1); no method of HTTP begins with it. */
const TLS_HANDSHAKE = 22;

interface SecureServer {
  readonly server: Server;
  /** For those who come from now on. */
  readonly useCertificate: (certificate: Certificate) => void;
}

/**
 * A server that speaks HTTPS, and on the same port answers those who come without: people type addresses without "https://".
 * @param helloMs a connection that has neither shaken hands nor been answered by then is closed
 * @param plain answers what came without
 */
export function createSecureServer(options: ServerOptions, certificate: Certificate, helloMs: number, plain: RequestListener): SecureServer {
  const server = createServer({ ...options, ...secureContext(certificate) });
  const shakeHands = server.listeners('connection');
  server.removeAllListeners('connection').removeAllListeners('tlsClientError');
  const unsafe = createPlainServer({ keepAlive: false, requireHostHeader: false }, plain);
  // By itself, Node would invite the body, which then comes unencrypted.
  unsafe.on('checkContinue', plain);
  for (const [each, event] of [[unsafe, 'clientError'], [server, 'tlsClientError']] as const) each.on(event, (_error: Error, socket: Duplex) => socket.destroy());
  // Node's own list of connections, by which it finds slow ones, knows only those that have shaken hands.
  const others = new Map<string, Socket>();

  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    others.set(peer, socket);
    const late = setTimeout(() => {
      if (others.get(peer) === socket) socket.destroy();
    }, helloMs).unref();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(late);
      if (others.get(peer) === socket) others.delete(peer);
    });
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      if (first[0] === TLS_HANDSHAKE) for (const shake of shakeHands) Reflect.apply(shake, server, [socket]);
      else unsafe.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  server.prependListener('secureConnection', (socket) => void others.delete(peerOf(socket)));
  const closeAll = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    closeAll();
    for (const socket of others.values()) socket.destroy();
  };
  return { server, useCertificate: (other) => server.setSecureContext(secureContext(other)) };
}

function secureContext({ pem }: Certificate): SecureContextOptions {
  return { key: pem, cert: pem, minVersion: 'TLSv1.2' };
}

/** The same for a connection before and after the handshake, which wraps it. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
