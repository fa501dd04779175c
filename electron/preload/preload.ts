import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { DesktopBridge } from '../contracts/bridge.ts';
import type { InvokeChannels, PushChannels, SendChannels } from '../contracts/channels.ts';

function invoke<Channel extends keyof InvokeChannels>(
  channel: Channel, ask: InvokeChannels[Channel]['ask'],
): Promise<InvokeChannels[Channel]['answer']> {
  return ipcRenderer.invoke(channel, ask);
}

function send<Channel extends keyof SendChannels>(channel: Channel, told: SendChannels[Channel]): void {
  ipcRenderer.send(channel, told);
}

function listen<Channel extends keyof PushChannels>(channel: Channel, listener: (told: PushChannels[Channel]) => void): () => void {
  const onMessage = (_event: Electron.IpcRendererEvent, told: PushChannels[Channel]): void => listener(told);
  ipcRenderer.on(channel, onMessage);
  return () => {
    ipcRenderer.removeListener(channel, onMessage);
  };
}

/**
 * Paths of what a person dropped or picked. Only a File that the system made has one: a string, or a File made by a script, gives
 * nothing, and so cannot name a file of this computer.
 */
function pathsOf(files: readonly unknown[]): readonly string[] {
  return files.flatMap((file) => (file instanceof File ? webUtils.getPathForFile(file) : '')).filter((path) => path !== '');
}

const bridge: DesktopBridge<File> = {
  platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
  fetch: (request) => invoke('api:fetch', request),
  abortFetch: (id) => send('api:abort', { id }),
  sendFiles: (files) => invoke('files:send', { paths: pathsOf(files) }),
  pickAndSend: (what) => invoke('files:pick', { what }),
  retry: (ids) => invoke('files:retry', { ids }),
  pause: (ids) => invoke('files:pause', { ids }),
  unpause: (ids) => invoke('files:unpause', { ids }),
  getRecovered: () => invoke('files:recovered', null),
  getPaused: () => invoke('files:paused', null),
  onPaused: (listener) => listen('files:paused-changed', listener),
  showInFolder: (id) => invoke('files:show', { id }),
  getSettings: () => invoke('settings:get', null),
  chooseUploadFolder: () => invoke('settings:choose-folder', null),
  setDuplicates: (rules) => invoke('settings:set-duplicates', rules),
  getReceive: () => invoke('receive:get', null),
  setReceive: (on) => invoke('receive:set', { on }),
  setHttps: (https) => invoke('receive:set-https', { https }),
  getNetworks: () => invoke('receive:networks', null),
  setReceiveRules: (rules) => invoke('receive:set-rules', rules),
  onReceive: (listener) => listen('receive:changed', listener),
  setAsking: (asks) => invoke('settings:set-asking', { asks }),
  onDevices: (listener) => listen('devices:changed', () => listener()),
  copyText: (text) => send('window:copy', { text }),
  showProgress: (fraction) => send('window:progress', { fraction }),
  onMenu: (listener) => listen('menu:command', listener),
};

contextBridge.exposeInMainWorld('desktop', bridge);
