import path from 'node:path';
import { app } from 'electron';
import { answerDesktop } from './ipc/answer-desktop.ts';
import { createApiAnswerer } from './ipc/answer-api.ts';
import { APP_FILES } from './app-files.ts';
import { registerAppScheme, serveApp } from './hardening/app-protocol.ts';
import { openAppWindow } from './window/app-window.ts';
import { guardCrashes } from './crash-guard.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import { readEnvironment } from './environment.ts';
import { forbidDebugging } from './hardening/forbid-debugging.ts';
import { codeOf } from './ipc/guards.ts';
import { createIpc } from './ipc/ipc.ts';
import { lockDownPages } from './hardening/lock-down.ts';
import { log } from './log.ts';
import { createMainWindow } from './window/main-window.ts';
import { setAppMenu } from './window/menu.ts';
import { notifyQuestion } from './window/notify-question.ts';
import { keepAwakeWhile, onWake } from './window/power.ts';
import { createQuitGuard } from './window/quit-guard.ts';
import { createReceive } from './receive.ts';
import { createSendQueue } from './sending/send-queue.ts';
import { openUnfinishedList } from './sending/unfinished-list.ts';
import { openSettings } from './settings.ts';
import { claimSingleInstance } from './single-instance.ts';
import { startWithFolder } from './start-with-folder.ts';
import { chooseWords } from './words/choose-words.ts';
import { personLanguages } from './words/person-languages.ts';

const environment = readEnvironment(process.env);
if (environment.userData !== null) app.setPath('userData', environment.userData);
const userData = app.getPath('userData');
guardCrashes(userData, log);
forbidDebugging();
registerAppScheme();

let showWindow = (): void => undefined;
if (claimSingleInstance(() => showWindow())) void app.whenReady().then(start);
else app.quit();

async function start(): Promise<void> {
  // Create
  const words = chooseWords(personLanguages());
  const defaults = { uploadFolder: path.join(app.getPath('home'), 'Slipway'), windowBounds: null, duplicates: { policy: 'keep-both', guestsChoose: false }, https: false, receive: { networks: null, offAfter: 'never' }, asks: false } as const;
  const settings = await openSettings(path.join(userData, 'settings.json'), defaults, log);
  const embedded = await startWithFolder(settings, words, (folder) => startEmbeddedServer(
    {
      folder, secretFolder: userData, pageFolder: APP_FILES.pageFolder, duplicates: settings.get().duplicates, asks: settings.get().asks,
      onVisitor: (visitor) => receive.addVisitor(visitor),
      onDevices: () => ipc.push('devices:changed', null),
      onQuestion(name) {
        if (mainWindow.current()?.isFocused() !== true) notifyQuestion(name, mainWindow.show);
      },
    }, log,
  ));
  if (embedded === null) {
    app.quit();
    return;
  }
  const { server, ownerToken } = embedded;
  const mainWindow = createMainWindow(() => {
    const window = openAppWindow({ preload: APP_FILES.preload, withDeveloperTools: !app.isPackaged, settings, log });
    quitGuard.watch(window);
    return window;
  });
  const ipc = createIpc(mainWindow.contents, log);
  const unfinished = await openUnfinishedList(path.join(userData, 'unfinished.json'), log);
  const queue = createSendQueue({ url: server.url, ownerToken, giveUp: server.giveUp }, unfinished);
  const api = createApiAnswerer({ url: server.url, ownerToken, onDelete: queue.drop });
  const receive = createReceive({ server, host: environment.lanHost, settings, onChange: (state) => ipc.push('receive:changed', state) }, log);

  // Connect
  ipc.handle('api:fetch', api.answer);
  ipc.on('api:abort', api.abort);
  answerDesktop(ipc, { server, queue, unfinished, receive, settings, window: mainWindow.current, words: words.pick, log });
  setAppMenu({
    platform: process.platform,
    words: words.menu,
    withDeveloperTools: !app.isPackaged,
    onCommand(command) {
      mainWindow.show();
      ipc.push('menu:command', command);
    },
  });
  const letSleep = keepAwakeWhile(() => server.movingUploads() > 0);
  const stopWaking = onWake(() => {
    queue.wake();
    void server.lookAtNetworks();
  });
  const quitGuard = createQuitGuard({
    activeUploads: () => server.activeUploads(unfinished.paused()),
    underWay: queue.underWay,
    window: mainWindow.current,
    words: words.quit,
    log,
    async stop() {
      ipc.stop();
      api.stop();
      letSleep();
      stopWaking();
      receive.stop();
      await queue.stop();
      await server.stop();
      await settings.flush();
    },
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('activate', mainWindow.show);

  // Start
  lockDownPages(log);
  serveApp(APP_FILES.windowFolder);
  showWindow = mainWindow.show;
  mainWindow.show();
  queue.resume().catch((error: unknown) => log('error', 'send:not-resumed', { code: codeOf(error), text: String(error) }));
}
