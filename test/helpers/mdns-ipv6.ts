import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Answer, type RecordType } from 'dns-packet';

/** Somebody in the same network who has IPv6 alone. */
export interface Ipv6Listener {
  readonly heard: readonly Answer[];
  ask(name: string, type: RecordType): Promise<void>;
  stop(): void;
}

/** @param card name of a network card that has IPv6 */
export async function hearIpv6(port: number, card: string): Promise<Ipv6Listener> {
  const socket = createSocket({ type: 'udp6', reuseAddr: true, ipv6Only: true }).bind(port, '::');
  await once(socket, 'listening');
  socket.addMembership('ff02::fb', `::%${card}`);
  socket.setMulticastInterface(`::%${card}`);
  const heard: Answer[] = [];
  socket.on('message', (bytes) => heard.push(...(decode(bytes).answers ?? [])));
  return {
    heard,
    ask: (name, type) => new Promise((resolve, reject) => socket.send(encode({ type: 'query', questions: [{ name, type }] }), port, 'ff02::fb', (error) => (error === null ? resolve() : reject(error)))),
    stop: () => void socket.close(),
  };
}
