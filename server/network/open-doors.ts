import { asFailure, type Failure } from '../failure.ts';
import type { Certificate } from '../access/certificate.ts';
import type { Log } from '../log.ts';
import { ANY_IPV4, ANY_IPV6, hostsToOpen, type ListenOn } from './listen-on.ts';
import type { NetworkWatch } from './network-watch.ts';

/** What an address is given up with: whoever comes through it cannot be answered any more. */
const GONE_GRACE_MS = 500;
/** With any free port, the one that the first address gets may be taken on the next. */
const MOST_TRIES = 5;

/** One address, one port. */
interface Door {
  readonly port: number;
  close(graceMs: number): Promise<void>;
  useCertificate(certificate: Certificate): void;
}

/** One port on several addresses; those of interfaces come and go. */
export interface Doors {
  /** Null before there was an address to listen on. */
  port(): number | null;
  /** What is listened on now, as it was asked for. */
  hosts(): readonly string[];
  /** Listens on what is there now, and no longer on what went away. Never rejects. @returns whether anything changed */
  follow(): Promise<boolean>;
  useCertificate(certificate: Certificate): void;
  /** @param graceMs what runs may take to end */
  close(graceMs: number): Promise<void>;
}

interface DoorsOptions {
  readonly where: ListenOn;
  /** 0 for any free one. */
  readonly port: number;
  readonly network: NetworkWatch;
  /** @throws Failure as the listener */
  readonly listen: (host: string, port: number) => Promise<Door>;
  readonly log: Log;
}

/** @throws Failure PORT_IN_USE, ADDRESS_NOT_AVAILABLE, CONFIG_INVALID: what was asked for by address has to be there at the start */
export async function openDoors({ where, port: wantedPort, network, listen, log }: DoorsOptions): Promise<Doors> {
  const open = new Map<string, Door>();
  const told = new Set<string>();
  let port: number | null = null;
  let isClosed = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function openOne(host: string): Promise<void> {
    const door = await listen(host, port ?? wantedPort);
    port ??= door.port;
    open.set(host, door);
  }

  async function closeAll(graceMs: number): Promise<void> {
    const closing = [...open.values()];
    open.clear();
    await Promise.all(closing.map((door) => door.close(graceMs)));
  }

  async function openFirst(triesLeft: number): Promise<void> {
    try {
      for (const host of hostsToOpen(where, network.addresses())) {
        await openOne(host).catch((error: unknown) => {
          if (!isOptional(where, host, asFailure(error))) throw error;
          tell(host, asFailure(error));
        });
      }
    } catch (error) {
      const isUnlucky = wantedPort === 0 && open.size > 0 && asFailure(error).code === 'PORT_IN_USE';
      await closeAll(0);
      port = null;
      if (!isUnlucky || triesLeft === 0) throw error;
      await openFirst(triesLeft - 1);
    }
  }

  function tell(host: string, failure: Failure): void {
    if (told.has(host)) return;
    told.add(host);
    log('warn', 'network:not-listening', { address: host, code: failure.code });
  }

  async function follow(): Promise<boolean> {
    if (isClosed || where.kind !== 'interfaces') return false;
    const wanted = hostsToOpen(where, network.addresses());
    const gone = [...open].filter(([host]) => !wanted.includes(host));
    for (const [host, door] of gone) {
      open.delete(host);
      told.delete(host);
      void door.close(GONE_GRACE_MS);
      log('info', 'network:address-gone', { address: host });
    }
    let came = 0;
    for (const host of wanted.filter((each) => !open.has(each))) {
      try {
        await openOne(host);
        came += 1;
        told.delete(host);
        log('info', 'network:address-came', { address: host });
      } catch (error) {
        // A new IPv6 address cannot be listened on in its first second; it is tried again at the next look.
        tell(host, asFailure(error));
      }
    }
    return gone.length + came > 0;
  }

  await openFirst(MOST_TRIES);
  return {
    port: () => port,
    hosts: () => [...open.keys()],
    follow() {
      const following = turn.then(follow);
      turn = following;
      return following;
    },
    useCertificate(certificate) {
      for (const door of open.values()) door.useCertificate(certificate);
    },
    async close(graceMs) {
      isClosed = true;
      // A door that is being opened right now is closed too.
      await turn;
      await closeAll(graceMs);
    },
  };
}

/** Some computers have no IPv6, and some interfaces lose their address in the moment in which it is asked for. */
function isOptional(where: ListenOn, host: string, { code }: Failure): boolean {
  return (where.kind === 'interfaces' && code === 'ADDRESS_NOT_AVAILABLE') || (where.kind === 'everywhere' && host === ANY_IPV6 && code !== 'PORT_IN_USE');
}

/** `::` takes IPv4 too, unless that has a listener of its own. */
export function isIpv6Only(host: string, where: ListenOn): boolean {
  return host === ANY_IPV6 && (where.kind === 'everywhere' || (where.kind === 'hosts' && where.hosts.includes(ANY_IPV4)));
}
