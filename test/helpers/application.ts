import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import { findElectron } from '../../build/runtime.mjs';
import type { DesktopBridge } from '../../electron/contracts/bridge.ts';
import { askAgainWhenLost } from './ask-again.ts';
import { makeTempFolder } from './temp-folder.ts';
import type { TempFolder } from './temp-folder.ts';
import { within } from './wait-until.ts';
import { openXDisplay } from './x-display.ts';
import type { XDisplay } from './x-display.ts';

declare global {
  interface Window {
    readonly desktop: DesktopBridge<File>;
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STOP_WITHIN_MS = 15_000;

export interface ApplicationOptions {
  /** Executable of a packed app; absent: the built folder, run by an Electron that is found. */
  readonly packed?: string;
  /** CommonJS file that Electron loads before the app, with this in its environment. */
  readonly before?: { readonly file: string; readonly env: Readonly<Record<string, string>> };
}

/**
 * The app, started for a test and driven from it. `start`, `stop`, `restart`, `isRunning` and the window, as in Spectron; settings
 * and upload folder lie in a new folder, which stays over a restart and goes with `dispose`.
 */
export class Application {
  readonly #options: ApplicationOptions;
  #temp: TempFolder | null = null;
  #display: XDisplay | null = null;
  #electron: ElectronApplication | null = null;
  /** Known also after its end, when Playwright has forgotten it. */
  #child: ChildProcess | null = null;
  #window: Page | null = null;
  #log = '';

  constructor(options: ApplicationOptions = {}) {
    this.#options = options;
  }

  /** The page in the app's window. */
  get window(): Page {
    return present(this.#window);
  }

  /** The main process. */
  get electron(): ElectronApplication {
    return present(this.#electron);
  }

  get uploadFolder(): string {
    return this.inTemp('uploads');
  }

  get userData(): string {
    return this.inTemp('user-data');
  }

  /** What the main process wrote to standard error so far. */
  get log(): string {
    return this.#log;
  }

  /** A path in this application's own folder, for the test's files. */
  inTemp(...parts: readonly string[]): string {
    return path.join(present(this.#temp).path, ...parts);
  }

  isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the exit status once the process has ended by itself; null when a signal ended it. */
  async ended(): Promise<number | null> {
    const child = present(this.#child);
    if (this.isRunning()) await within(STOP_WITHIN_MS, 'the app to end', once(child, 'exit'));
    return child.exitCode;
  }

  /** Sends the main process a signal, as a supervisor does. */
  signal(signal: NodeJS.Signals): void {
    present(this.#child).kill(signal);
  }

  /** @param env for this start only */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#prepare();
    const { executablePath, args, env: usual } = await this.launchOptions();
    this.#electron = await _electron.launch({
      executablePath,
      args: [...args],
      env: { ...usual, ...env },
      chromiumSandbox: process.getuid?.() !== 0,
      // Light or dark as the app decides, not as Playwright does.
      colorScheme: null,
      timeout: 60_000,
    });
    askAgainWhenLost(this.#electron);
    this.#child = this.#electron.process();
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    this.#window = await this.#electron.firstWindow();
    // What is dropped before the page has put itself together is dropped on nobody.
    await this.#window.waitForFunction(() => 'desktop' in window && (document.querySelector('#app')?.childElementCount ?? 0) > 0);
  }

  /** Command line and environment with which it starts; for a test that starts it a second time. */
  async launchOptions(): Promise<{ readonly executablePath: string; readonly args: readonly string[]; readonly env: Record<string, string> }> {
    const { packed, before } = this.#options;
    const { DISPLAY: _own, ELECTRON_RUN_AS_NODE: _node, ...inherited } = definedOnly(process.env);
    const display = this.#display?.name;
    return {
      executablePath: packed ?? (await electronPath()),
      args: packed === undefined ? [...(before === undefined ? [] : ['-r', before.file]), ROOT] : [],
      env: {
        ...inherited,
        ...(display === undefined ? {} : { DISPLAY: display }),
        // The tests read the window's words.
        LANGUAGE: 'en',
        SLIPWAY_USER_DATA: this.userData,
        SLIPWAY_LAN_HOST: '127.0.0.1',
        ...before?.env,
      },
    };
  }

  /** Quits as a person would; a question whether to is answered with yes. */
  async stop(): Promise<void> {
    const running = this.#electron;
    this.#electron = null;
    this.#window = null;
    if (running === null || !this.isRunning()) return;
    await running.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
    });
    try {
      await within(STOP_WITHIN_MS, 'the app to end', running.close());
    } catch (error) {
      this.signal('SIGKILL');
      throw error;
    }
  }

  /** @param env for the new start only */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop();
    await this.start(env);
  }

  /** Stops it and removes everything it left. */
  async dispose(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await this.#display?.stop();
      await this.#temp?.remove();
      this.#display = null;
      this.#temp = null;
    }
  }

  /** Drops real files and folders in the middle of the window, as the system's file manager does. */
  async drop(paths: readonly string[]): Promise<void> {
    const session = await this.window.context().newCDPSession(this.window);
    const { x, y } = await this.window.evaluate(() => ({ x: innerWidth / 2, y: innerHeight / 2 }));
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x, y, data });
    await session.detach();
  }

  async #prepare(): Promise<void> {
    this.#display ??= await openXDisplay();
    if (this.#temp !== null) return;
    this.#temp = await makeTempFolder();
    await mkdir(this.uploadFolder);
    await mkdir(this.userData);
    await writeFile(path.join(this.userData, 'settings.json'), JSON.stringify({ uploadFolder: this.uploadFolder }));
  }
}

async function electronPath(): Promise<string> {
  const found = await findElectron();
  if (found.path === null) throw new Error(`There is no Electron to test with: ${found.reason}.`);
  return found.path;
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('The application is not started.');
  return value;
}
