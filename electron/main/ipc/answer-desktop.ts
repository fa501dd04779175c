import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { clipboard, shell } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Log, RunningServer } from '../../../server/index.ts';
import type { Answer, DesktopSettings, SentFiles } from '../../contracts/bridge.ts';
import { refuse, succeed } from './answer.ts';
import { askPaths, askUploadFolder } from './ask-paths.ts';
import { codeOf, isKey, isRecord, isStringArray } from './guards.ts';
import type { Ipc } from './ipc.ts';
import { readDuplicates } from './read-duplicates.ts';
import { readReceiveRules } from './read-receive-rules.ts';
import type { Receive } from '../receive.ts';
import type { SendQueue } from '../sending/send-queue.ts';
import type { UnfinishedList } from '../sending/unfinished-list.ts';
import type { SettingsFile } from '../settings.ts';
import type { NativeWords } from '../words/native-words.ts';

export interface Desktop {
  readonly server: Pick<RunningServer, 'locate' | 'networks' | 'recovered' | 'useAsking' | 'useDuplicates' | 'useFolder'>;
  readonly queue: SendQueue;
  readonly unfinished: Pick<UnfinishedList, 'paused' | 'onPaused'>;
  readonly receive: Receive;
  readonly settings: SettingsFile;
  readonly window: () => BrowserWindow | null;
  readonly words: NativeWords['pick'];
  readonly log: Log;
}

/** Most things that one drop or one retry may name. */
const MAX_NAMED = 100_000;

/** Answers what the window asks of the computer rather than of the server. */
export function answerDesktop(ipc: Ipc, desktop: Desktop): void {
  const { queue, receive, server, settings, unfinished } = desktop;
  ipc.handle('files:send', async (ask) => sendPaths(desktop, isRecord(ask) ? ask['paths'] : null));
  ipc.handle('files:pick', async (ask) => pickAndSend(desktop, isRecord(ask) && ask['what'] === 'folder' ? 'folder' : 'files'));
  ipc.handle('files:retry', async (ask) => retry(desktop, isRecord(ask) ? ask['ids'] : null));
  ipc.handle('files:pause', async (ask) => hold(isRecord(ask) ? ask['ids'] : undefined, queue.pause));
  ipc.handle('files:unpause', async (ask) => hold(isRecord(ask) ? ask['ids'] : undefined, queue.unpause));
  ipc.handle('files:paused', async () => [...unfinished.paused()]);
  // What went wrong with it, main.ts has logged.
  ipc.handle('files:recovered', async () => ({ own: await queue.resume().catch(() => 0), others: server.recovered.fromOthers }));
  unfinished.onPaused((paused) => ipc.push('files:paused-changed', paused));
  ipc.handle('files:show', async (ask) => show(desktop, isRecord(ask) ? ask['id'] : undefined));
  ipc.on('window:copy', (told) => copyText(isRecord(told) ? told['text'] : undefined));
  ipc.on('window:progress', (told) => showProgress(desktop.window(), isRecord(told) ? told['fraction'] : undefined));
  ipc.handle('settings:get', async () => forWindow(settings));
  ipc.handle('settings:choose-folder', async () => chooseFolder(desktop));
  ipc.handle('settings:set-duplicates', async (ask) => setDuplicates(desktop, ask));
  ipc.handle('settings:set-asking', async (ask) => setAsking(desktop, isRecord(ask) ? ask['asks'] : undefined));
  ipc.handle('receive:get', async () => receive.state());
  ipc.handle('receive:set-https', async (ask) =>
    isRecord(ask) && typeof ask['https'] === 'boolean' ? receive.setHttps(ask['https']) : refuse('BRIDGE_REQUEST_DENIED'));
  ipc.handle('receive:networks', async () => server.networks());
  ipc.handle('receive:set-rules', async (ask) => setReceiveRules(desktop, ask));
  ipc.handle('receive:set', async (ask) =>
    isRecord(ask) && typeof ask['on'] === 'boolean' ? receive.set(ask['on']) : refuse('BRIDGE_REQUEST_DENIED'));
}

async function sendPaths({ queue, settings, log }: Desktop, paths: unknown): Promise<Answer<SentFiles>> {
  if (!isStringArray(paths, MAX_NAMED) || paths.length === 0 || !paths.every((item) => path.isAbsolute(item))) return refuse('PATH_NOT_GRANTED');
  try {
    return succeed(await queue.send(paths, settings.get().uploadFolder));
  } catch (error) {
    log('error', 'send:not-announced', { code: codeOf(error), text: String(error) });
    return refuse('SERVER_UNREACHABLE');
  }
}

async function pickAndSend(desktop: Desktop, what: 'files' | 'folder'): Promise<Answer<SentFiles | null>> {
  const paths = await askPaths(desktop.window(), {
    title: desktop.words[what],
    buttonLabel: desktop.words.send,
    properties: what === 'files' ? ['openFile', 'multiSelections'] : ['openDirectory', 'multiSelections'],
  });
  return paths.length === 0 ? succeed(null) : sendPaths(desktop, paths);
}

async function retry({ queue, log }: Desktop, ids: unknown): Promise<Answer<null>> {
  if (!isStringArray(ids, MAX_NAMED) || !ids.every(isKey)) return refuse('BRIDGE_REQUEST_DENIED');
  try {
    return (await queue.retry(ids)) > 0 ? succeed(null) : refuse('FILE_MISSING');
  } catch (error) {
    log('error', 'send:not-announced', { code: codeOf(error), text: String(error) });
    return refuse('SERVER_UNREACHABLE');
  }
}

function hold(ids: unknown, apply: (ids: readonly string[] | null) => void): Answer<null> {
  if (ids !== null && !(isStringArray(ids, MAX_NAMED) && ids.every(isKey))) return refuse('BRIDGE_REQUEST_DENIED');
  apply(ids);
  return succeed(null);
}

/** Shows, never opens: what arrived may be a program. */
async function show({ server, settings }: Desktop, id: unknown): Promise<Answer<null>> {
  if (id === null) {
    const folder = settings.get().uploadFolder;
    // Should something else be in its place: opening a file could start it.
    const isFolder = await stat(folder).then((found) => found.isDirectory(), () => false);
    return isFolder && (await shell.openPath(folder)) === '' ? succeed(null) : refuse('NOT_POSSIBLE');
  }
  const file = isKey(id) ? server.locate(id) : null;
  if (file === null || !(await isThere(file))) return refuse('FILE_MISSING');
  shell.showItemInFolder(file);
  return succeed(null);
}

/** One line only: a line end pasted into a terminal would run what stands before it. */
function copyText(text: unknown): void {
  if (typeof text === 'string' && /^[\x20-\x7e]{1,500}$/.test(text)) void clipboard.writeText(text);
}

function showProgress(window: BrowserWindow | null, fraction: unknown): void {
  // Below zero, the system shows none.
  if (fraction === null) window?.setProgressBar(-1);
  else if (typeof fraction === 'number' && fraction >= 0 && fraction <= 1) window?.setProgressBar(fraction);
}

async function chooseFolder({ server, settings, window, words, log }: Desktop): Promise<Answer<DesktopSettings | null>> {
  const folder = await askUploadFolder(window(), settings.get().uploadFolder, words);
  if (folder === null) return succeed(null);
  try {
    await server.useFolder(folder);
  } catch (error) {
    log('warn', 'settings:folder-refused', { code: codeOf(error) });
    return refuse('FOLDER_NOT_WRITABLE');
  }
  settings.update({ uploadFolder: folder });
  return succeed(forWindow(settings));
}

function setDuplicates({ server, settings }: Desktop, ask: unknown): Answer<DesktopSettings> {
  const duplicates = readDuplicates(ask);
  if (duplicates === null) return refuse('BRIDGE_REQUEST_DENIED');
  server.useDuplicates(duplicates);
  settings.update({ duplicates });
  return succeed(forWindow(settings));
}

async function setReceiveRules({ receive, settings }: Desktop, ask: unknown): Promise<Answer<DesktopSettings>> {
  const rules = readReceiveRules(ask);
  if (rules === null) return refuse('BRIDGE_REQUEST_DENIED');
  const answer = await receive.setRules(rules);
  return answer.ok ? succeed(forWindow(settings)) : answer;
}

function setAsking({ server, settings }: Desktop, asks: unknown): Answer<null> {
  if (typeof asks !== 'boolean') return refuse('BRIDGE_REQUEST_DENIED');
  server.useAsking(asks);
  settings.update({ asks });
  return succeed(null);
}

function forWindow(settings: SettingsFile): DesktopSettings {
  const { uploadFolder, duplicates, receive } = settings.get();
  return { uploadFolder, duplicates, receive };
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    // Moved or deleted since it was stored.
    return false;
  }
}
