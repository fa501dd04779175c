#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderUnicodeCompact } from 'uqr';
import { createLog } from './create-log.ts';
import type { Log } from './log.ts';
import { isLoopback } from './lan-address.ts';
import { USUAL_MDNS } from './network/mdns/mdns-settings.ts';
import type { RunningServer } from './running-server.ts';
import { HELP, readServeOptions, type ServeOptions } from './serve-options.ts';
import { VERSION } from './version.ts';
import { whyNotStarted } from './why-not-started.ts';

/** Where the build puts the page, seen from the built cli.js. */
const PAGE_FOLDER = fileURLToPath(new URL('../renderer/page', import.meta.url));

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const err = (text: string): void => void process.stderr.write(`${text}\n`);

// Whoever read the log is gone: files go on arriving without it.
process.stderr.on('error', () => undefined);

/** A terminal whose person has not asked for plain text (https://no-color.org). */
function showsColors(): boolean {
  return process.stderr.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

type Serve = Extract<ServeOptions, { kind: 'serve' }>;

async function serve(options: Serve): Promise<void> {
  const folder = resolve(options.folder);
  const isForNetwork = options.interfaces.length > 0 || !options.hosts.every(isLoopback);
  if (options.code === null && isForNetwork) {
    err('Warning: with --open, everybody in the network can send files to this computer.');
  }
  const log = createLog({ format: options.logFormat, level: options.logLevel, isColored: showsColors(), write: err });
  endOnCrash(log);
  // Not for those who only want to know the version, or have mistyped an option: it is nearly all of a start.
  const { startServer } = await import('./start-server.ts');
  const server = await startServer(
    {
      folder,
      host: options.hosts,
      interfaces: options.interfaces,
      port: options.port,
      https: options.isHttps,
      cacheUrl: options.cacheUrl,
      allowedHosts: options.allowedHosts,
      trustedProxies: options.trustedProxies,
      keepMs: options.keepMs,
      duplicates: options.duplicates,
      logsRequests: options.logLevel === 'debug',
      onCode: (code) => err(`Somebody has tried many wrong codes. The code is now ${code}; who is in already, or scans the QR code, goes on.`),
      ...(options.isAnnounced ? { mdns: USUAL_MDNS } : {}),
      onAnnounced: (link) => {
        if (!options.isJson) out(`or     ${link}`);
      },
      connectionLimits: { perAddress: options.perAddress },
      ...(options.code === undefined ? {} : { code: options.code }),
      ...(options.quotaBytes === undefined ? {} : { quotaBytes: options.quotaBytes }),
      ...(options.maxBytes === undefined ? {} : { maxFileBytes: options.maxBytes }),
      ...(existsSync(PAGE_FOLDER) ? { pageFolder: PAGE_FOLDER } : {}),
    },
    log,
  );
  stopOnSignals(server);
  if (options.isJson) out(JSON.stringify({ url: server.url, code: server.code?.replaceAll(' ', '') ?? null, link: server.links[0] ?? server.url, ...(server.fingerprint === null ? {} : { fingerprint: server.fingerprint }), pid: process.pid }));
  else welcome(server, folder);
}

function welcome(server: RunningServer, folder: string): void {
  const best = server.links[0] ?? server.url;
  if (best === '') {
    out(`Slipway ${VERSION} receives files into ${folder}, as soon as that network interface has an address.\n`);
    return;
  }
  out(`Slipway ${VERSION} receives files into ${folder}\n`);
  out(renderUnicodeCompact(best, { border: 2 }));
  out(`\nOpen   ${best}`);
  for (const link of server.links.slice(1)) out(`or     ${link}`);
  out(server.code === null ? 'Code   none is asked for' : `Code   ${server.code}`);
  if (server.fingerprint !== null) {
    out('\nBrowsers warn, because nobody vouches for this computer. The certificate is the right one if its SHA-256 fingerprint is');
    out(`${server.fingerprint}\n`);
  }
  out('Stop   Ctrl-C\n');
  const { count } = server.recovered;
  if (count > 0) out(`Recovered ${count} interrupted ${count === 1 ? 'upload' : 'uploads'}. Nothing is lost: they go on when their senders come back.\n`);
}

/** A process in an unknown state must not go on receiving files: it says why and ends, and whoever supervises it starts another. */
function endOnCrash(log: Log): void {
  const crash = (kind: string, error: unknown): never => {
    log('error', 'server:crashed', { kind, text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exit(1);
  };
  process.on('uncaughtException', (error) => crash('uncaughtException', error));
  process.on('unhandledRejection', (reason) => crash('unhandledRejection', reason));
}

function stopOnSignals(server: RunningServer): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) {
      err('Stopped at once. What has arrived of uploads that can be resumed is kept.');
      process.exit(130);
    }
    isStopping = true;
    // The deadline that supervisors are promised; whatever still hangs then is cut.
    setTimeout(() => process.exit(1), 9000).unref();
    void server.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function main(): Promise<void> {
  const options = readServeOptions(process.argv.slice(2));
  switch (options.kind) {
    case 'help':
      out(HELP);
      return;
    case 'version':
      out(VERSION);
      return;
    case 'wrong':
      err(options.sentence);
      process.exitCode = 2;
      return;
    case 'serve':
      await serve(options).catch((error: unknown) => {
        err(whyNotStarted(error, { folder: resolve(options.folder), hosts: options.hosts, port: options.port }));
        process.exitCode = 1;
      });
      return;
    default:
      options satisfies never;
  }
}

await main();
