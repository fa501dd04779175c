import type { Arena } from './arena.ts';
import type { Random } from './random.ts';
import type { Wire } from './wire.ts';

/** What a fault strikes with. */
export interface Blow {
  readonly wire: Wire;
  readonly random: Random;
}

/** A server, its folder, and one kind of fault. */
export interface Scene {
  readonly name: string;
  readonly arena: Arena;
  readonly mostStrikes: number;
  /** Uploads may be refused for want of room, of a writable disk or of descriptors. */
  readonly mayBeScarce: boolean;
  /** Of a server to ask. */
  url(random: Random): string;
  /** False when it could not strike: that is none, and the scene is as it was. */
  strike(blow: Blow): Promise<boolean>;
  /** True when the servers are down after a strike, so that the disk stands still. */
  isDead?(): boolean;
  /** Makes the next try of the senders a good one. @throws Error when it cannot be had */
  heal(): Promise<void>;
  /** The strike is laid in beforehand: the server dies when it comes to it. */
  readonly diesByItself?: boolean;
  /** What is wrong with the server in the end. */
  verdict?(): Promise<readonly string[]>;
  /** Ends it; the next round has another. */
  close(): Promise<void>;
}
