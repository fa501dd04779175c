import { ipcMain } from 'electron';
import type { WebContents, WebFrameMain } from 'electron';
import { BRIDGE_FAILURES } from '../../contracts/bridge.ts';
import type { InvokeChannels, PushChannels, SendChannels } from '../../contracts/channels.ts';
import type { Log } from '../../../server/index.ts';
import { isAppUrl } from '../hardening/app-origin.ts';

/** The one door between window and main. What comes in is `unknown`: each answerer looks at it with a guard of its own. */
export interface Ipc {
  handle<Channel extends keyof InvokeChannels>(
    channel: Channel, answer: (ask: unknown) => Promise<InvokeChannels[Channel]['answer']>,
  ): void;
  on(channel: keyof SendChannels, listener: (told: unknown) => void): void;
  /** Tells the window; does nothing while there is none. */
  push<Channel extends keyof PushChannels>(channel: Channel, told: PushChannels[Channel]): void;
  stop(): void;
}

/** Calls from anything but the top frame of our own page reject with IPC_SENDER_DENIED, and nothing runs. */
export function createIpc(ourContents: () => WebContents | null, log: Log): Ipc {
  const stops: (() => void)[] = [];

  function isOurs(frame: WebFrameMain | null): boolean {
    const contents = ourContents();
    // Null after the frame navigated or was destroyed.
    return frame !== null && contents !== null && frame === contents.mainFrame && isAppUrl(frame.url);
  }

  return {
    handle(channel, answer) {
      ipcMain.handle(channel, async (event, ask: unknown) => {
        if (isOurs(event.senderFrame)) return answer(ask);
        log('warn', 'ipc:denied', { channel });
        throw new Error(`IPC_SENDER_DENIED: ${BRIDGE_FAILURES.IPC_SENDER_DENIED}`);
      });
      stops.push(() => ipcMain.removeHandler(channel));
    },
    on(channel, listener) {
      const listen = (event: Electron.IpcMainEvent, told: unknown): void => {
        if (isOurs(event.senderFrame)) listener(told);
        else log('warn', 'ipc:denied', { channel });
      };
      ipcMain.on(channel, listen);
      stops.push(() => ipcMain.removeListener(channel, listen));
    },
    push(channel, told) {
      ourContents()?.send(channel, told);
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
