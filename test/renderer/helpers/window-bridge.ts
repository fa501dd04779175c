import type { Page } from '@playwright/test';
import { encode } from 'uqr';
import type { BridgedRequest, DesktopBridge, MenuCommand, ReceiveRules, ReceiveState, RecoveredUploads } from '../../../electron/contracts/bridge.ts';
import type { DuplicateRules } from '../../../server/contracts/duplicates.ts';
import type { LanNetwork, LanWay } from '../../../server/contracts/lan.ts';
import { OWNER_TOKEN } from '../../helpers/launch-server.ts';
import type { Box } from './fixtures.ts';

/** What the tests do to the bridge, and what it noted. */
export interface BridgeControls {
  /** Calls other than `fetch`, in order. */
  readonly calls: readonly string[];
  /** What was shown in the taskbar, in order. */
  readonly progress: readonly (number | null)[];
  push(state: ReceiveState): void;
  pushPaused(ids: readonly string[]): void;
  pushDevices(): void;
  menu(command: MenuCommand): void;
}

declare global {
  interface Window {
    bridgeControls: BridgeControls;
  }
}

export const LINK = 'http://192.168.1.20:41999/#i1.dmVyeSBzZWNyZXQgaW5kZW';

const INVITATION = LINK.slice(LINK.indexOf('/#'));
const wayThrough = (address: string, network: string): LanWay => ({ address, network, link: `${address}${INVITATION}`, qr: encode(`${address}${INVITATION}`, { border: 0 }).data });

export const RECEIVING: Extract<ReceiveState, { on: true }> = {
  on: true, addresses: ['http://192.168.1.20:41999', 'http://10.0.0.7:41999'], code: 'K7M 4QX', link: LINK, fingerprint: null, visitors: [],
  ways: [wayThrough('http://192.168.1.20:41999', 'wlan0'), wayThrough('http://10.0.0.7:41999', 'eth0')], network: 'fine', knock: null, off: { atMs: null, isHeld: false },
};

export const NETWORKS: readonly LanNetwork[] = [
  { name: 'wlan0', kind: 'physical', addresses: ['192.168.1.20', 'fd12:3456::20'] },
  { name: 'eth0', kind: 'physical', addresses: ['10.0.0.7'] },
  { name: 'docker0', kind: 'virtual', addresses: ['172.17.0.1'] },
];

interface Seed {
  readonly token: string;
  readonly receiving: Extract<ReceiveState, { on: true }>;
  readonly folder: string;
  readonly recovered: RecoveredUploads;
  readonly networks: readonly LanNetwork[];
}

/** Runs in the window before its own code: a bridge over plain `fetch`, with the same shapes as the preload's. */
function putBridge({ token, receiving, folder, recovered, networks }: Seed): void {
  const calls: string[] = [];
  const progress: (number | null)[] = [];
  const aborts = new Map<string, AbortController>();
  const receiveListeners = new Set<(state: ReceiveState) => void>();
  const pausedListeners = new Set<(ids: readonly string[]) => void>();
  const deviceListeners = new Set<() => void>();
  const menuListeners = new Set<(command: MenuCommand) => void>();
  let receive: ReceiveState = { on: false };
  let rules: ReceiveRules = { networks: null, offAfter: 'never' };
  let duplicates: DuplicateRules = { policy: 'keep-both', guestsChoose: false };

  async function ask({ id, method, path, headers, body }: BridgedRequest): ReturnType<DesktopBridge<File>['fetch']> {
    const abort = new AbortController();
    aborts.set(id, abort);
    try {
      const response = await fetch(path, { method, body, headers: { ...headers, Authorization: `Bearer ${token}` }, signal: abort.signal });
      return { ok: true, response: { status: response.status, statusText: response.statusText, headers: [...response.headers], body: await response.text() } };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { ok: false, failure: { code: 'SERVER_UNREACHABLE', message: error.message } };
    } finally {
      aborts.delete(id);
    }
  }

  const bridge: DesktopBridge<File> = {
    platform: 'linux',
    fetch: ask,
    abortFetch: (id) => aborts.get(id)?.abort(),
    async sendFiles(files) {
      calls.push(`sendFiles ${files.map(({ name }) => name).join(', ')}`);
      const batch = crypto.randomUUID();
      const announced = files.map(({ name, size }) => ({ id: crypto.randomUUID(), name, size }));
      await ask({ id: batch, method: 'POST', path: '/api/batches', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ batch, files: announced }) });
      const form = new FormData();
      form.append('manifest', JSON.stringify({ files: announced }));
      for (const file of files) form.append('file', file, file.name);
      void fetch('/api/uploads', { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}`, 'X-Progress-ID': batch } });
      return { ok: true, value: { batch, files: files.length, skipped: [] } };
    },
    async pickAndSend(what) {
      calls.push(`pickAndSend ${what}`);
      return { ok: true, value: { batch: 'b', files: 1, skipped: [{ name: 'locked.db', failure: { code: 'FILE_UNREADABLE', message: 'The file could not be read. It was not sent.', retryable: true } }] } };
    },
    async retry(ids) {
      calls.push(`retry ${ids.join(', ')}`);
      return { ok: true, value: null };
    },
    async pause(ids) {
      calls.push(`pause ${ids?.join(', ') ?? 'all'}`);
      return { ok: true, value: null };
    },
    async unpause(ids) {
      calls.push(`unpause ${ids?.join(', ') ?? 'all'}`);
      return { ok: true, value: null };
    },
    async getPaused() { return []; },
    async getRecovered() { return recovered; },
    onPaused(listener) {
      pausedListeners.add(listener);
      return () => { pausedListeners.delete(listener); };
    },
    async showInFolder(id) {
      calls.push(`showInFolder ${id ?? 'folder'}`);
      return id === null ? { ok: true, value: null } : { ok: false, failure: { code: 'FILE_MISSING', message: 'The file is no longer there.' } };
    },
    async getSettings() { return { uploadFolder: folder, duplicates, receive: rules }; },
    async chooseUploadFolder() { return { ok: true, value: { uploadFolder: `${folder}/Elsewhere`, duplicates, receive: rules } }; },
    async setDuplicates(wanted) {
      calls.push(`setDuplicates ${JSON.stringify(wanted)}`);
      duplicates = wanted;
      return { ok: true, value: { uploadFolder: folder, duplicates, receive: rules } };
    },
    async getNetworks() { return networks; },
    async setReceiveRules(wanted) {
      calls.push(`setReceiveRules ${JSON.stringify(wanted)}`);
      rules = wanted;
      return { ok: true, value: { uploadFolder: folder, duplicates, receive: rules } };
    },
    async getReceive() { return receive; },
    async setReceive(on) {
      receive = on ? receiving : { on: false };
      return { ok: true, value: receive };
    },
    async setHttps(https) {
      if (receive.on) receive = { ...receive, fingerprint: https ? Array.from({ length: 32 }, (_, index) => (index * 7 + 16).toString(16).toUpperCase()).join(':') : null };
      return { ok: true, value: receive };
    },
    onReceive(listener) {
      receiveListeners.add(listener);
      return () => { receiveListeners.delete(listener); };
    },
    async setAsking(asks) {
      calls.push(`setAsking ${asks}`);
      return { ok: true, value: null };
    },
    onDevices(listener) {
      deviceListeners.add(listener);
      return () => { deviceListeners.delete(listener); };
    },
    copyText(text) { calls.push(`copyText ${text}`); },
    showProgress(fraction) { progress.push(fraction); },
    onMenu(listener) {
      menuListeners.add(listener);
      return () => { menuListeners.delete(listener); };
    },
  };
  const bridgeControls: BridgeControls = {
    calls,
    progress,
    push(state) { for (const listener of receiveListeners) listener(state); },
    pushPaused(ids) { for (const listener of pausedListeners) listener(ids); },
    pushDevices() { for (const listener of deviceListeners) listener(); },
    menu(command) { for (const listener of menuListeners) listener(command); },
  };
  Object.assign(window, { desktop: bridge, bridgeControls });
}

/** Opens the window's renderer in a browser, with a bridge to the real server. */
export async function openWindow(page: Page, { url }: Box, folder = '/mnt/uploads', recovered: RecoveredUploads = { own: 0, others: 0 }): Promise<void> {
  await page.addInitScript(putBridge, { token: OWNER_TOKEN, receiving: RECEIVING, folder, recovered, networks: NETWORKS });
  await page.goto(url);
}

/** What the window asked of the bridge, other than `fetch`. */
export function bridgeCalls(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.bridgeControls.calls);
}
