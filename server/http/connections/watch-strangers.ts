import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopback } from '../../lan-address.ts';

/** Finds connections that ask for nothing. */
export interface Strangers {
  readonly noteConnection: (socket: Socket) => void;
  /** @param socket of a request; with HTTPS another one than that of its connection, with the same other end */
  readonly noteRequest: (socket: Socket) => void;
  stop(): void;
}

/** @param onClosedEarly told when another device ends a connection that brought no request */
export function watchStrangers(onClosedEarly: () => void): Strangers {
  const silent = new Set<string>();
  let isStopped = false;
  const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

  return {
    noteConnection(socket) {
      const { remoteAddress = '' } = socket;
      if (isLoopback(remoteAddress)) return;
      const peer = peerOf(socket);
      silent.add(peer);
      socket.once('close', () => {
        if (silent.delete(peer) && !isStopped && !isOwn(remoteAddress)) onClosedEarly();
      });
    },
    noteRequest: (socket) => void silent.delete(peerOf(socket)),
    stop() {
      isStopped = true;
      silent.clear();
    },
  };
}

/** This computer's own programs, which look whether a port is free, say nothing about the network. */
function isOwn(address: string): boolean {
  const plain = address.replace(/^::ffff:/u, '');
  return Object.values(networkInterfaces()).some((infos) => infos?.some((info) => info.address === plain) === true);
}
