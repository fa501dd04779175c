import { hostname } from 'node:os';
import { join } from 'node:path';
import { allOrNothing } from './all-or-nothing.ts';
import { openCertificate } from './access/certificate.ts';
import { readAllowedHost } from './allowed-host.ts';
import { canonicalCode, MIN_CODE_LENGTH, readableCode } from './access/code.ts';
import { announcedBy, toldOf } from './access/announced-by.ts';
import { Asking } from './access/asking.ts';
import { createDeviceFile } from './access/device-file.ts';
import { Devices } from './access/devices.ts';
import { letIn } from './access/let-in.ts';
import { sessionSecret } from './access/session-secret.ts';
import type { ServerConfig } from './config.ts';
import type { QueueReply } from './contracts/api.ts';
import { Failure } from './failure.ts';
import { hideSecrets } from './hide-secrets.ts';
import { createApp, type App } from './http/app.ts';
import { trustProxies } from './http/client-address.ts';
import { USUAL_LIMITS } from './http/connections/connection-limits.ts';
import { logRequests } from './http/log-requests.ts';
import { createUploadSlots } from './http/upload-slots.ts';
import { baseUrl, isLoopback } from './lan-address.ts';
import { createLanDoor, guestLink } from './lan-door.ts';
import type { Log } from './log.ts';
import { readRoutes } from './network/default-route.ts';
import { listNetworks } from './network/list-networks.ts';
import { ANY_IPV4, ANY_IPV6, type ListenOn } from './network/listen-on.ts';
import { createNetworkWatch } from './network/network-watch.ts';
import { readAddresses } from './network/read-addresses.ts';
import { openSide, type Side, type SideFace, type SideSurroundings } from './open-side.ts';
import { createPrivateFiles } from './uploads/folder/private-files.ts';
import type { RunningServer } from './running-server.ts';
import { DuplicateChoice } from './uploads/naming/duplicate-choice.ts';
import { openProgressCache } from './uploads/progress/progress-cache.ts';
import { openUploadFolder } from './uploads/folder/upload-folder.ts';
import { USUAL_UNFINISHED } from './uploads/unfinished-limits.ts';
import { UploadService } from './uploads/upload-service.ts';

const DEFAULT_RESERVE_BYTES = 64 << 20;
const DEFAULT_STALL_MS = 30_000;
const DEFAULT_MAX_UPLOADS = 256;
const DEFAULT_KEEP_MS = 7 * 24 * 60 * 60_000;

/** What a form may weigh beyond its one largest file: part headers, a manifest, text fields. */
const FORM_OVERHEAD_BYTES = 2 << 20;

/** What runs gets this long to answer SHUTTING_DOWN; then connections are cut. */
const STOP_GRACE_MS = 3000;
const CLOSE_LAN_GRACE_MS = 500;

/**
 * Starts the upload server; resolves when it listens. When it cannot, nothing of it stays behind.
 * @throws Failure CONFIG_INVALID, CONFIG_DEST_NOT_WRITABLE, PORT_IN_USE, ADDRESS_NOT_AVAILABLE
 */
export function startServer(config: ServerConfig, log: Log): Promise<RunningServer> {
  return allOrNothing((onFailure) => startAll(config, log, onFailure));
}

async function startAll(config: ServerConfig, givenLog: Log, onFailure: (undo: () => Promise<unknown>) => void): Promise<RunningServer> {
  const { code } = config;
  if (typeof code === 'string' && canonicalCode(code).length < MIN_CODE_LENGTH) throw new Failure('CONFIG_INVALID');
  const allowedHosts = (config.allowedHosts ?? []).map(readAllowedHost).filter((host) => host !== null);
  if (allowedHosts.length < (config.allowedHosts?.length ?? 0)) throw new Failure('CONFIG_INVALID', { cause: new Error('A name to answer to is no name.') });
  const secrets = hideSecrets(givenLog);
  const { log } = secrets;
  if (config.cacheUrl !== undefined) secrets.addUrl(config.cacheUrl);
  const proxies = trustProxies(config.trustedProxies ?? []);
  const stopping = new AbortController();
  const folder = await openUploadFolder(config.folder, config.markForeign);
  onFailure(() => folder.neighbours.leave());
  const cache = await openProgressCache(config.cacheUrl ?? 'memory:', log);
  const maxFileBytes = config.maxFileBytes ?? Number.MAX_SAFE_INTEGER;
  const duplicates = new DuplicateChoice(config.duplicates ?? { policy: 'keep-both', guestsChoose: false });
  const service = new UploadService({
    folder,
    cache,
    log,
    maxFileBytes,
    reserveBytes: config.reserveBytes ?? DEFAULT_RESERVE_BYTES,
    quotaBytes: config.quotaBytes ?? null,
    keepMs: config.keepMs ?? DEFAULT_KEEP_MS,
    duplicates,
    unfinished: { ...USUAL_UNFINISHED, ...config.unfinishedUploads },
  });
  onFailure(() => service.stop());
  const recovered = await service.useFolder(folder);

  const slots = createUploadSlots(config.maxUploads ?? DEFAULT_MAX_UPLOADS);
  const secretFiles = config.secretFolder === undefined ? folder.secrets : createPrivateFiles(config.secretFolder);
  const devices = await Devices.open({
    file: createDeviceFile(join(secretFiles.folder, 'devices.txt')),
    log,
    onEnd(id, failure) {
      giveUpWaiting(service, id, failure);
      asking.end(id);
    },
    onChange() {
      asking.review();
      config.onDevices?.();
    },
  });
  onFailure(() => devices.stop());
  // Without an owner there is nobody to be asked.
  let asks = config.asks === true && config.ownerToken !== undefined;
  const asking = new Asking({
    devices,
    isOn: () => asks,
    onChange(fresh) {
      const name = fresh === null ? undefined : devices.get(fresh.deviceId)?.name;
      if (name !== undefined) config.onQuestion?.(name);
      config.onDevices?.();
    },
    told: (deviceId, batch) => toldOf(announcedBy(service, deviceId, new Set([batch]))),
    refuse: (deviceId, batches, code) => giveUpWaiting(service, deviceId, new Failure(code), batches),
  });
  onFailure(async () => asking.stop());
  const network = await createNetworkWatch(config.networkSource ?? { addresses: readAddresses, routes: readRoutes });
  const createHandler = ({ access, isOurHost, addresses, fingerprint, isLan }: SideFace): App => {
    const app = createApp({
      service,
      slots,
      access,
      devices,
      asking,
      log,
      stopping: stopping.signal,
      maxRequestBytes: config.maxRequestBytes ?? maxFileBytes + FORM_OVERHEAD_BYTES,
      stallTimeoutMs: config.stallTimeoutMs ?? DEFAULT_STALL_MS,
      pageFolder: config.pageFolder,
      onVisit: (name) => config.onVisitor?.({ name, atMs: Date.now() }),
      isOurHost,
      proxies,
      facts: {
        name: config.name ?? hostname(),
        maxFileBytes: config.maxFileBytes ?? null,
        maxRequestBytes: config.maxRequestBytes ?? config.maxFileBytes ?? null,
        addresses,
        fingerprint,
        isLan,
      },
    });
    return config.logsRequests === true ? logRequests(app, log) : app;
  };
  const surroundings: SideSurroundings = {
    network, log, createHandler,
    limits: { ...USUAL_LIMITS, ...config.connectionLimits },
    allowedHosts,
    certificateFor: (names) => openCertificate(secretFiles, names),
    mdns: config.mdns ?? null,
    computer: config.name ?? hostname(),
  };

  const secret = (): Promise<Buffer> => sessionSecret(secretFiles);
  const access = await letIn({ code, secret, ownerToken: config.ownerToken, devices, onCode: config.onCode }, secrets);
  const where = whereOf(config);
  const main = await openSide({
    where, port: config.port ?? 0, https: config.https ?? false, access, onAnnounced: (url) => config.onAnnounced?.(guestLink(url, access)),
  }, surroundings);
  const lan = createLanDoor({
    log,
    openSide: (options) => openSide(options, surroundings),
    letIn: (onCode) => letIn({ code: undefined, secret, ownerToken: undefined, devices, onCode }, secrets),
  });
  const addresses = addressesOf(main);
  log('info', 'server:started', { port: main.port() });

  return {
    url: where.kind === 'hosts' ? ownUrl(where.hosts, main) : (addresses[0] ?? ''),
    get fingerprint() {
      return main.fingerprint();
    },
    addresses,
    get code() {
      const current = access.code();
      return current === null ? null : readableCode(current);
    },
    links: addresses.map((address) => guestLink(address, access)),
    recovered,
    openLan: lan.open,
    async closeLan() {
      await lan.close(CLOSE_LAN_GRACE_MS);
      log('info', 'lan:closed');
    },
    networks: () => listNetworks(network.reread()),
    lookAtNetworks: network.look,
    async useFolder(wanted) {
      await service.useFolder(await openUploadFolder(wanted, config.markForeign));
    },
    useDuplicates: (rules) => duplicates.use(rules),
    useAsking(wanted) {
      asks = wanted && config.ownerToken !== undefined;
      if (!asks) asking.allowAll();
    },
    locate: (id) => service.locate(id),
    giveUp: (ids, code) => service.withdraw(ids, new Failure(code)),
    activeUploads: (except) => service.activeUploads(except),
    movingUploads: () => service.movingUploads(),
    deviceUploads: () => (service.movingUploads() === 0 ? 0 : movingFromDevices(service.changes(undefined, undefined))),
    async stop() {
      stopping.abort(new Failure('SHUTTING_DOWN'));
      await Promise.all([main.close(STOP_GRACE_MS), lan.close(STOP_GRACE_MS)]);
      asking.stop();
      await devices.stop();
      await service.stop();
      log('info', 'server:stopped');
    },
  };
}

function movingFromDevices(queue: QueueReply): number {
  return queue.unchanged === true ? 0 : queue.uploads.filter(({ state, sender }) => (state === 'receiving' || state === 'finishing') && sender.kind !== 'window').length;
}

function whereOf({ host = '127.0.0.1', interfaces }: ServerConfig): ListenOn {
  if (interfaces !== undefined && interfaces.length > 0) return { kind: 'interfaces', names: interfaces };
  return { kind: 'hosts', hosts: typeof host === 'string' ? [host] : host };
}

/** Where this computer itself reaches it. */
function ownUrl(hosts: readonly string[], side: Side): string {
  const own = hosts.find(isLoopback) ?? hosts.find((host) => host !== ANY_IPV4 && host !== ANY_IPV6) ?? '127.0.0.1';
  return baseUrl(own, side.port() ?? 0, side.fingerprint() === null ? 'http' : 'https');
}

/** Without a network there is still this computer. */
function addressesOf(side: Side): readonly string[] {
  const found = side.addresses().map(({ url }) => url);
  const port = side.port();
  return found.length > 0 || port === null ? found : [baseUrl('127.0.0.1', port, side.fingerprint() === null ? 'http' : 'https')];
}

/** Gives up what a sender announced and has not begun to send: nobody will bring it. */
function giveUpWaiting(service: UploadService, senderId: string, failure: Failure, batches?: ReadonlySet<string>): void {
  const reply = service.changes(undefined, senderId);
  if (reply.unchanged !== true) service.giveUp(reply.uploads.filter(({ batch }) => batches?.has(batch) ?? true).map(({ id }) => id), senderId, failure);
}
