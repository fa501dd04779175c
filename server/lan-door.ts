import { encode } from 'uqr';
import type { Access } from './access/access.ts';
import { readableCode } from './access/code.ts';
import type { LanWay } from './contracts/lan.ts';
import type { Log } from './log.ts';
import { ANY_IPV4, type ListenOn } from './network/listen-on.ts';
import type { Side, SideOptions } from './open-side.ts';
import type { LanOptions, LanSide } from './running-server.ts';

/** The second side of a hosted server, for other devices; shut until somebody opens it. */
export interface LanDoor {
  /** With codes of its own each time; when it is open already, answers what is. @throws as the listener */
  open(options: LanOptions): Promise<LanSide>;
  /** @param graceMs what runs may take to end */
  close(graceMs: number): Promise<void>;
}

interface LanDoorOptions {
  readonly log: Log;
  readonly letIn: (onCode: () => void) => Promise<Access>;
  readonly openSide: (options: SideOptions) => Promise<Side>;
}

/** What the window may be told of the least interesting interfaces is bounded. */
const MOST_WAYS = 16;
const MOST_KEPT = 64;
/** What runs gets this long to end when the side is opened again in another way; what can be resumed goes on there. */
const REOPEN_GRACE_MS = 500;

interface Opened {
  readonly side: Side;
  readonly access: Access;
  readonly options: LanOptions;
  readonly tell: () => LanSide;
}

export function createLanDoor({ log, letIn, openSide }: LanDoorOptions): LanDoor {
  let opened: Opened | undefined;

  async function openWith(options: LanOptions, access: Access): Promise<LanSide> {
    const wayOf = keepWays(access);
    const side = await openSide({
      where: whereOf(options), port: options.port, https: options.https ?? false, access, onChange: told, onKnock: (knock) => options.onKnock?.(knock),
    });
    const tell = (): LanSide => {
      const ways = side.addresses().slice(0, MOST_WAYS).map(({ url, network }) => wayOf(url, network));
      return {
        addresses: ways.map(({ address }) => address), ways, link: ways[0]?.link ?? '',
        code: readableCode(access.code() ?? ''), fingerprint: side.fingerprint(), network: side.state(),
      };
    };
    opened = { side, access, options, tell };
    log('info', 'lan:opened', { port: side.port() });
    return tell();
  }

  const told = (): void => opened?.options.onChange?.(opened.tell());

  return {
    async open(options) {
      if (opened === undefined) return openWith(options, await letIn(told));
      const { access, side, tell } = opened;
      if (isSame(opened.options, options)) return tell();
      opened = undefined;
      await side.close(REOPEN_GRACE_MS);
      return openWith({ ...options, port: side.port() ?? options.port }, access);
    },
    async close(graceMs) {
      const closing = opened;
      opened = undefined;
      await closing?.side.close(graceMs);
    },
  };
}

/** The port does not count: it may have been taken when this was opened. */
function isSame(left: LanOptions, right: LanOptions): boolean {
  const key = ({ host, interfaces = null, https = false }: LanOptions): string => JSON.stringify([host, interfaces, https]);
  return key(left) === key(right);
}

function whereOf({ host, interfaces }: LanOptions): ListenOn {
  if (interfaces !== undefined && interfaces !== null) return { kind: 'interfaces', names: interfaces };
  return host === ANY_IPV4 ? { kind: 'everywhere' } : { kind: 'hosts', hosts: [host] };
}

/** A QR code costs a millisecond or two, and addresses come back. */
function keepWays(access: Access): (address: string, network: string) => LanWay {
  const known = new Map<string, LanWay>();
  return (address, network) => {
    const found = known.get(address);
    if (found?.network === network) return found;
    const link = guestLink(address, access);
    if (known.size >= MOST_KEPT) known.clear();
    const way = { address, network, link, qr: encode(link, { border: 0 }).data };
    known.set(address, way);
    return way;
  };
}

/** An address that lets in whoever opens it; browsers keep what is behind the # to themselves. */
export function guestLink(address: string, { invitation }: Access): string {
  return invitation === null ? address : `${address}/#${invitation}`;
}
