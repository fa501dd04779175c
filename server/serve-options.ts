import { parseArgs } from 'node:util';
import { canonicalCode, MIN_CODE_LENGTH } from './access/code.ts';
import { readAllowedHost } from './allowed-host.ts';
import { DUPLICATE_POLICIES, type DuplicateRules } from './contracts/duplicates.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './log.ts';
import { readProxyRange } from './proxy-range.ts';

/** What the command line asks for. */
export type ServeOptions =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** One sentence for the person who typed it. */
  | { readonly kind: 'wrong'; readonly sentence: string }
  | {
      readonly kind: 'serve';
      readonly folder: string;
      readonly hosts: readonly string[];
      /** Listen on the addresses of these instead; empty: as `hosts` says. */
      readonly interfaces: readonly string[];
      readonly port: number;
      /** Undefined: make one. Null: ask for none. */
      readonly code: string | null | undefined;
      readonly isHttps: boolean;
      /** Tell the network a name for this computer. */
      readonly isAnnounced: boolean;
      readonly cacheUrl: string;
      /** Bytes; undefined: the disk is the limit. */
      readonly maxBytes: number | undefined;
      /** Bytes that the upload folder may hold; undefined: the disk is the limit. */
      readonly quotaBytes: number | undefined;
      /** Unfinished uploads that can be resumed are kept this long. */
      readonly keepMs: number;
      readonly allowedHosts: readonly string[];
      /** Proxies in front, as addresses or ranges. */
      readonly trustedProxies: readonly string[];
      /** Connections of one address at once; null: any number. */
      readonly perAddress: number | null;
      readonly isJson: boolean;
      /** For names that exist already. */
      readonly duplicates: DuplicateRules;
      readonly logFormat: LogFormat;
      readonly logLevel: LogLevel;
    };

export const DEFAULT_PORT = 8484;
const DEFAULT_KEEP_DAYS = 7;
const DEFAULT_PER_ADDRESS = 32;
const MOST_KEEP_DAYS = 365;
const DAY_MS = 24 * 60 * 60_000;

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40 };

export const HELP = `Slipway, headless: receives files over HTTP and puts them into a folder.

Usage: npm run --silent serve -- --folder DIR [options]

  --folder DIR         where finished files land; made when it is missing
  --host HOST          address to listen on (default 127.0.0.1: this computer only;
                       0.0.0.0: everybody in the network). May be given several times.
  --interface NAME     listen on the addresses of this network interface, for instance wlan0, also when they
                       change. May be given several times.
  --port N             port to listen on (default ${DEFAULT_PORT}; 0: any free one)
  --code CODE          what lets a guest in, at least ${MIN_CODE_LENGTH} letters or digits (default: a new one).
                       Several processes behind a proxy need the same one.
  --open               ask for no code
  --https              speak HTTPS, with a certificate made on this computer; its fingerprint is printed
  --no-mdns            do not announce slipway.local in the network
  --cache URL          progress cache: memory: (default), redis://HOST:PORT or memcached://HOST:PORT
  --max-size SIZE      largest file or request, for instance 500MB or 20GB (default: what fits on the disk)
  --quota SIZE         most that the folder may hold, everything in it counted (default: what
                       fits on the disk)
  --keep-days N        how long unfinished uploads can be resumed (default ${DEFAULT_KEEP_DAYS})
  --duplicates WHAT    when a name exists already: keep-both (default), skip-same (store nothing when it is
                       the same file), or replace (the new file takes the place of the old one)
  --guests-choose-duplicates
                       guests may choose one of these for what they send
  --allow-host NAME    also answer to this name; for a proxy in front. May be given several times.
  --trust-proxy LIST   addresses or ranges (10.0.0.0/8) of proxies in front, with commas between them or given
                       several times: senders are told apart by the X-Forwarded-For that these write
  --per-address N      connections that one address may have at once, 0 for any number (default 32; any number
                       with --allow-host or --trust-proxy, behind which all come from one)
  --json               print one line of JSON with url, code, link and pid when ready
  --log FORMAT         what happens, on standard error: text (default) or json, one line an event
  --log-level LEVEL    error, warn, info (default) or debug (every request too)
  --version            print the version
  --help               print this

Send a file:   curl -u :CODE -F file=@photo.jpg http://127.0.0.1:${DEFAULT_PORT}/api/uploads
`;

/** Reads the command line. Never throws. */
export function readServeOptions(args: readonly string[]): ServeOptions {
  try {
    return check(parse(args));
  } catch (error) {
    return { kind: 'wrong', sentence: sentenceOf(error) };
  }
}

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      folder: { type: 'string' },
      host: { type: 'string', multiple: true, default: [] },
      interface: { type: 'string', multiple: true, default: [] },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      code: { type: 'string' },
      open: { type: 'boolean', default: false },
      https: { type: 'boolean', default: false },
      'no-mdns': { type: 'boolean', default: false },
      cache: { type: 'string', default: 'memory:' },
      'max-size': { type: 'string' },
      quota: { type: 'string' },
      'keep-days': { type: 'string', default: String(DEFAULT_KEEP_DAYS) },
      'allow-host': { type: 'string', multiple: true, default: [] },
      'trust-proxy': { type: 'string', multiple: true, default: [] },
      duplicates: { type: 'string', default: 'keep-both' },
      'guests-choose-duplicates': { type: 'boolean', default: false },
      log: { type: 'string', default: 'text' },
      'log-level': { type: 'string', default: 'info' },
      'per-address': { type: 'string' },
      json: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

function check(values: Values): ServeOptions {
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const { folder, host: hosts, interface: interfaces, port, code, open, cache } = values;
  if (folder === undefined || folder === '') return wrong('Say where files should go: --folder DIR.');
  if (!/^\d{1,5}$/u.test(port) || Number(port) > 65_535) return wrong('--port takes a number from 0 to 65535.');
  if (!hosts.every((host) => /^[\w.:-]+$/u.test(host))) return wrong('--host takes an address, such as 127.0.0.1 or 0.0.0.0.');
  if (interfaces.some((name) => name === '' || name.length > 64)) return wrong('--interface takes the name of a network interface, such as wlan0.');
  if (interfaces.length > 0 && hosts.length > 0) return wrong('--host and --interface exclude each other.');
  if (open && code !== undefined) return wrong('--code and --open exclude each other.');
  if (code !== undefined && canonicalCode(code).length < MIN_CODE_LENGTH) return wrong(`--code takes at least ${MIN_CODE_LENGTH} letters or digits.`);
  if (!/^(?:memory:|rediss?:\/\/.+|memcached:\/\/.+)$/u.test(cache) || !URL.canParse(cache)) return wrong('--cache takes memory:, redis://HOST:PORT or memcached://HOST:PORT.');
  const keepDays = Number(values['keep-days']);
  if (!/^\d+$/u.test(values['keep-days']) || keepDays < 1 || keepDays > MOST_KEEP_DAYS) return wrong(`--keep-days takes a number from 1 to ${MOST_KEEP_DAYS}.`);
  const allowedHosts = values['allow-host'].map(readAllowedHost).filter((host) => host !== null);
  if (allowedHosts.length < values['allow-host'].length) return wrong('--allow-host takes a name such as files.example, also with a port: files.example:8443.');
  const perAddress = values['per-address'] ?? (values['allow-host'].length + values['trust-proxy'].length > 0 ? '0' : String(DEFAULT_PER_ADDRESS));
  if (!/^\d{1,6}$/u.test(perAddress)) return wrong('--per-address takes a number of connections, or 0 for any number.');
  const trustedProxies = values['trust-proxy'].flatMap((list) => list.split(',')).map((range) => range.trim());
  if (!trustedProxies.every((range) => readProxyRange(range) !== null)) return wrong('--trust-proxy takes addresses or ranges of your own proxies, such as 127.0.0.1 or 10.0.0.0/8; never everybody.');
  const maxBytes = values['max-size'] === undefined ? undefined : bytesOf(values['max-size']);
  if (maxBytes === null) return wrong('--max-size takes a size such as 500MB, 20GB or 4GiB.');
  const quotaBytes = values.quota === undefined ? undefined : bytesOf(values.quota);
  if (quotaBytes === null) return wrong('--quota takes a size such as 500MB, 20GB or 4GiB.');
  const policy = DUPLICATE_POLICIES.find((known) => known === values.duplicates);
  if (policy === undefined) return wrong('--duplicates takes keep-both, skip-same or replace.');
  const logFormat = LOG_FORMATS.find((known) => known === values.log);
  if (logFormat === undefined) return wrong('--log takes text or json.');
  const logLevel = LOG_LEVELS.find((known) => known === values['log-level']);
  if (logLevel === undefined) return wrong('--log-level takes error, warn, info or debug.');
  return {
    kind: 'serve',
    folder,
    hosts: hosts.length > 0 ? hosts : ['127.0.0.1'],
    interfaces,
    port: Number(port),
    code: open ? null : code,
    isHttps: values.https,
    isAnnounced: !values['no-mdns'],
    cacheUrl: cache,
    maxBytes,
    quotaBytes,
    keepMs: keepDays * DAY_MS,
    allowedHosts,
    trustedProxies,
    perAddress: Number(perAddress) === 0 ? null : Number(perAddress),
    isJson: values.json,
    duplicates: { policy, guestsChoose: values['guests-choose-duplicates'] },
    logFormat,
    logLevel,
  };
}

/** "20GB" is 20,000,000,000 bytes, "20GiB" 2^30 times 20. */
function bytesOf(text: string): number | null {
  const match = /^(?<number>\d+(?:\.\d+)?) ?(?<unit>[kmgt]i?)?b?$/iu.exec(text.trim())?.groups;
  const unit = UNITS[(match?.['unit'] ?? '').toLowerCase()];
  const bytes = Math.round(Number(match?.['number'] ?? Number.NaN) * (unit ?? Number.NaN));
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

function wrong(sentence: string): ServeOptions {
  return { kind: 'wrong', sentence };
}

/** parseArgs says what is wrong in its first sentence; the rest is advice for programmers. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : 'The options could not be read.';
  return `${text.split(/\. |\n/u)[0]?.replace(/\.$/u, '') ?? text}. See --help.`;
}
