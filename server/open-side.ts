import type { Access } from './access/access.ts';
import type { Certificate } from './access/certificate.ts';
import type { Knock, NetworkState } from './contracts/lan.ts';
import type { App } from './http/app.ts';
import type { ConnectionLimits } from './http/connections/connection-limits.ts';
import { listen } from './http/connections/listener.ts';
import { sendToHttps } from './http/connections/send-to-https.ts';
import { baseUrl, hostNames, isLoopback } from './lan-address.ts';
import type { Log } from './log.ts';
import { createAnnouncer, type Announcer } from './network/mdns/announce-name.ts';
import { possibleHosts } from './network/mdns/mdns-names.ts';
import type { MdnsSettings } from './network/mdns/mdns-settings.ts';
import { addressesBehind, ANY_IPV4, ANY_IPV6, type ListenOn } from './network/listen-on.ts';
import { networkState } from './network/network-state.ts';
import type { NetworkWatch } from './network/network-watch.ts';
import { isIpv6Only, openDoors, type Doors } from './network/open-doors.ts';
import { createOurHosts } from './network/our-hosts.ts';

/** A certificate that would end soon is made anew, also while nothing else changes. */
const CERTIFICATE_EVERY_MS = 6 * 60 * 60_000;

/** An address under which a side can be reached. */
export interface SideAddress {
  /** Base URL. */
  readonly url: string;
  /** Its interface, as the system calls it; '' where none is known. */
  readonly network: string;
}

/** One side of the server: a port on some addresses, with its own way of letting people in. */
export interface Side {
  /** Null before there was an address to listen on. */
  port(): number | null;
  /** Best first. */
  addresses(): readonly SideAddress[];
  /** SHA-256 of the certificate, as browsers show it; null over plain HTTP. */
  fingerprint(): string | null;
  state(): NetworkState;
  /** @param graceMs what runs may take to end */
  close(graceMs: number): Promise<void>;
}

/** What answers on a side. */
export interface SideFace {
  readonly access: Access;
  /** Told the Host header, lower case. */
  readonly isOurHost: (host: string) => boolean;
  readonly addresses: () => readonly string[];
  readonly fingerprint: () => string | null;
  readonly isLan: boolean;
}

export interface SideOptions {
  readonly where: ListenOn;
  readonly port: number;
  readonly https: boolean;
  readonly access: Access;
  /** Told when addresses or certificate are others than before. */
  readonly onChange?: () => void;
  /** Told the base URL with the name that neighbours are told, when there is one, or another one. */
  readonly onAnnounced?: (url: string) => void;
  readonly onKnock?: ((knock: Knock) => void) | undefined;
}

/** What all sides of a server share. */
export interface SideSurroundings {
  readonly network: NetworkWatch;
  readonly limits: ConnectionLimits;
  /** Further names, as readAllowedHost. */
  readonly allowedHosts: readonly string[];
  readonly certificateFor: (names: readonly string[]) => Promise<Certificate>;
  /** How a side for other devices tells them its name; null: not at all. */
  readonly mdns: MdnsSettings | null;
  /** What people call this computer. */
  readonly computer: string;
  readonly createHandler: (face: SideFace) => App;
  readonly log: Log;
}

/** @throws Failure as openDoors */
export async function openSide(options: SideOptions, { network, limits, allowedHosts, certificateFor, mdns, computer, createHandler, log }: SideSurroundings): Promise<Side> {
  const { where, access, onChange, onKnock } = options;
  const isLan = where.kind !== 'hosts' || !where.hosts.every(isLoopback);
  let doors: Doors | null = null;
  let certificateAtMs = Date.now();

  const hosts = (): readonly string[] => doors?.hosts() ?? [];
  const listening = (): { port: number; hosts: readonly string[] } | null => {
    const port = doors?.port() ?? null;
    return port === null ? null : { port, hosts: hosts() };
  };
  const addresses = (): readonly SideAddress[] => {
    const now = listening();
    const scheme = certificate === null ? 'http' : 'https';
    if (now === null) return [];
    const [best, ...others] = hostsOf(now.hosts, network);
    const announced = announcer?.name() ?? null;
    // After the best address: not every phone finds computers by name.
    const all = best === undefined ? [] : [best, ...(announced === null ? [] : [{ ...best, host: announced }]), ...others];
    return all.map(({ host, network: name }) => ({ url: baseUrl(host, now.port, scheme), network: name }));
  };
  const certificateNames = (): readonly string[] => {
    const own = where.kind === 'hosts' && !isAnyAddress(where.hosts) ? where.hosts : [...network.addresses().map(({ address }) => address), ...hostNames()];
    return [...new Set([...own, ...(announcer === null ? [] : possibleHosts()), ...allowedHosts.map((name) => name.replace(/:\d+$/u, '').replace(/^\[|\]$/gu, '')), 'localhost', '127.0.0.1'].map((name) => name.toLowerCase()))];
  };

  const announcer: Announcer | null = mdns === null || !isLan ? null : createAnnouncer({
    computer, log, settings: mdns,
    onName() {
      onChange?.();
      const url = addresses().find((each) => new URL(each.url).hostname === announcer?.name())?.url;
      if (url !== undefined) options.onAnnounced?.(url);
    },
    reach() {
      const now = listening();
      return now === null ? null : { port: now.port, addresses: addressesBehind(now.hosts, network.addresses()) };
    },
  });
  let certificate = options.https ? await certificateFor(certificateNames()) : null;
  const isOurs = createOurHosts({ network, listening, allowed: allowedHosts, announced: () => announcer?.name() ?? null });
  const isOurHost = (header: string): boolean => {
    const isKnown = isOurs(header);
    if (!isKnown) onKnock?.({ kind: 'unknown-name', atMs: Date.now() });
    return isKnown;
  };
  const face: SideFace = { access, isOurHost, isLan, addresses: () => addresses().map(({ url }) => url), fingerprint: () => certificate?.fingerprint ?? null };
  const handlers = { handle: createHandler(face), plain: sendToHttps(isOurHost) };
  const onClosedEarly = (): void => onKnock?.({ kind: 'closed-early', atMs: Date.now() });

  doors = await openDoors({
    where, network, log, port: options.port,
    listen: (host, port) => listen({ host, port, isIpv6Only: isIpv6Only(host, where), limits, certificate, onClosedEarly }, handlers),
  });

  announcer?.follow();

  const renewCertificate = async (): Promise<boolean> => {
    if (certificate === null) return false;
    certificateAtMs = Date.now();
    const before = certificate.fingerprint;
    certificate = await certificateFor(certificateNames());
    if (certificate.fingerprint === before) return false;
    doors.useCertificate(certificate);
    log('info', 'certificate:renewed', { fingerprint: certificate.fingerprint });
    return true;
  };
  const follow = async (isChanged: boolean): Promise<void> => {
    const isMoved = await doors.follow();
    announcer?.follow();
    const isRenewed = (isChanged || Date.now() - certificateAtMs > CERTIFICATE_EVERY_MS) && (await renewCertificate());
    if (isChanged || isMoved || isRenewed) onChange?.();
  };
  const stopLooking = network.onLook((isChanged) => {
    follow(isChanged).catch((error: unknown) => log('warn', 'network:not-followed', { text: String(error) }));
  });

  return {
    port: () => doors.port(),
    addresses,
    fingerprint: face.fingerprint,
    state: () => networkState(network, hosts()),
    async close(graceMs) {
      stopLooking();
      await Promise.all([announcer?.close(), doors.close(graceMs)]);
    },
  };
}

function isAnyAddress(hosts: readonly string[]): boolean {
  return hosts.includes(ANY_IPV4) || hosts.includes(ANY_IPV6);
}

/** What can be asked for, best first. @param open what is listened on */
function hostsOf(open: readonly string[], network: NetworkWatch): readonly { readonly host: string; readonly network: string }[] {
  const behind = addressesBehind(open, network.addresses()).map(({ address, name }) => ({ host: address, network: name }));
  const others = open.filter((host) => !isAnyAddress([host]) && !behind.some((each) => each.host === host)).map((host) => ({ host, network: '' }));
  return [...behind, ...others];
}
