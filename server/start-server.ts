import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Access } from './access/access.ts';
import { allOrNothing } from './all-or-nothing.ts';
import { openCertificate, type Certificate } from './access/certificate.ts';
import { canonicalCode, MIN_CODE_LENGTH, readableCode } from './access/code.ts';
import { createDeviceFile } from './access/device-file.ts';
import { Devices } from './access/devices.ts';
import { letIn } from './access/let-in.ts';
import { sessionSecret } from './access/session-secret.ts';
import type { ServerConfig } from './config.ts';
import { Failure } from './failure.ts';
import { hideSecrets } from './hide-secrets.ts';
import { createApp } from './http/app.ts';
import { trustProxies } from './http/client-address.ts';
import { USUAL_LIMITS } from './http/connection-limits.ts';
import { listen, type Listener } from './http/listener.ts';
import { logRequests } from './http/log-requests.ts';
import { sendToHttps } from './http/send-to-https.ts';
import { createUploadSlots } from './http/upload-slots.ts';
import { baseUrl, hostNames, isLoopback, lanAddresses, lanHosts, loopbackHosts } from './lan-address.ts';
import { createLanDoor, guestLink } from './lan-door.ts';
import type { Log } from './log.ts';
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

const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

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
  const secrets = hideSecrets(givenLog);
  const { log } = secrets;
  if (config.cacheUrl !== undefined) secrets.addUrl(config.cacheUrl);
  const proxies = trustProxies(config.trustedProxies ?? []);
  const host = config.host ?? '127.0.0.1';
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
  const connectionLimits = { ...USUAL_LIMITS, ...config.connectionLimits };
  const secretFiles = config.secretFolder === undefined ? folder.secrets : createPrivateFiles(config.secretFolder);
  const devices = await Devices.open({
    file: createDeviceFile(join(secretFiles.folder, 'devices.txt')),
    log,
    onEnd: (id, failure) => giveUpWaiting(service, id, failure),
    onChange: () => config.onDevices?.(),
  });
  onFailure(() => devices.stop());
  const certificateFor = (address: string): Promise<Certificate> => openCertificate(secretFiles, namesOf(address, config.allowedHosts ?? []));
  const open = (address: string, port: number, access: Access, certificate: Certificate | null): Promise<Listener> =>
    listen({ host: address, port, limits: connectionLimits, certificate }, (actualPort) => {
      const isOurHost = createHostCheck(address, actualPort, config.allowedHosts ?? []);
      const app = createApp({
        service,
        slots,
        access,
        devices,
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
          addresses: () => addressesOf(address, actualPort, certificate),
          certificate,
          isLan: !isLoopback(address),
        },
      });
      return { handle: config.logsRequests === true ? logRequests(app, log) : app, plain: sendToHttps(isOurHost) };
    });

  const secret = (): Promise<Buffer> => sessionSecret(secretFiles);
  const certificate = config.https === true ? await certificateFor(host) : null;
  const access = await letIn({ code, secret, ownerToken: config.ownerToken, devices, onCode: config.onCode }, secrets);
  const main = await open(host, config.port ?? 0, access, certificate);
  const lan = createLanDoor({
    log, listen: open, addressesOf, certificateFor,
    letIn: (onCode) => letIn({ code: undefined, secret, ownerToken: undefined, devices, onCode }, secrets),
  });
  const addresses = addressesOf(host, main.port, certificate);
  log('info', 'server:started', { port: main.port });

  return {
    url: baseUrl(EVERY_ADDRESS.has(host) ? '127.0.0.1' : host, main.port, schemeOf(certificate)),
    fingerprint: certificate?.fingerprint ?? null,
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
    async useFolder(wanted) {
      await service.useFolder(await openUploadFolder(wanted, config.markForeign));
    },
    useDuplicates: (rules) => duplicates.use(rules),
    locate: (id) => service.locate(id),
    giveUp: (ids, code) => service.withdraw(ids, new Failure(code)),
    activeUploads: (except) => service.activeUploads(except),
    movingUploads: () => service.movingUploads(),
    async stop() {
      stopping.abort(new Failure('SHUTTING_DOWN'));
      await Promise.all([main.close(STOP_GRACE_MS), lan.close(STOP_GRACE_MS)]);
      await devices.stop();
      await service.stop();
      log('info', 'server:stopped');
    },
  };
}

const schemeOf = (certificate: Certificate | null): 'http' | 'https' => (certificate === null ? 'http' : 'https');

function addressesOf(host: string, port: number, certificate: Certificate | null): readonly string[] {
  const scheme = schemeOf(certificate);
  if (!EVERY_ADDRESS.has(host)) return [baseUrl(host, port, scheme)];
  const found = lanAddresses();
  return (found.length > 0 ? found : ['127.0.0.1']).map((address) => baseUrl(address, port, scheme));
}

/** What a certificate has to be for. */
function namesOf(host: string, allowed: readonly string[]): readonly string[] {
  const own = EVERY_ADDRESS.has(host) ? [...lanAddresses(), ...hostNames()] : [host];
  const others = allowed.map((name) => name.replace(/:\d+$/u, ''));
  return [...new Set([...own, ...others, 'localhost', '127.0.0.1'].map((name) => name.toLowerCase()))];
}

function createHostCheck(host: string, port: number, allowed: readonly string[]): (header: string) => boolean {
  const named = new Set([...allowed, new URL(baseUrl(host, port)).host].map((name) => name.toLowerCase()));
  const loopback = new Set(loopbackHosts(port));
  return (header) => named.has(header) || loopback.has(header) || (!isLoopback(host) && lanHosts(port).includes(header));
}

/** Gives up what a sender announced and has not begun to send: nobody will bring it. */
function giveUpWaiting(service: UploadService, senderId: string, failure: Failure): void {
  const reply = service.changes(undefined, senderId);
  if (reply.unchanged !== true) service.giveUp(reply.uploads.map(({ id }) => id), senderId, failure);
}
