import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { findTool } from '../helpers/tools.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';
import type { CommandName, Engine } from './engine.ts';

/** A busy machine takes its time to start it. */
const START_WITHIN_MS = 60_000;

/** Firefox's own names: https://searchfox.org/firefox-main/source/remote/marionette/driver.sys.mjs */
const COMMANDS = {
  'Navigate To': 'WebDriver:Navigate',
  Refresh: 'WebDriver:Refresh',
  'Find Element': 'WebDriver:FindElement',
  'Element Send Keys': 'WebDriver:ElementSendKeys',
  'Execute Script': 'WebDriver:ExecuteScript',
  'Take Screenshot': 'WebDriver:TakeScreenshot',
  'Minimize Window': 'WebDriver:MinimizeWindow',
  'Set Window Rect': 'WebDriver:SetWindowRect',
} satisfies Record<CommandName, string>;

const PREFERENCES = {
  'marionette.port': 0,
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'intl.accept_languages': 'en-US',
};

/** Firefox without a window, over the line that its own driver uses (Marionette). */
export async function startFirefox(): Promise<Engine> {
  const profile = await makeTempFolder();
  await writeFile(join(profile.path, 'user.js'), Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`).join(''));
  const child = spawn(findTool('firefox-esr'), ['--headless', '--marionette', '--no-remote', '--profile', profile.path], { stdio: 'ignore', detached: true });
  const ended = once(child, 'exit');
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await within(5000, 'Firefox to end', ended);
    await profile.remove();
  };
  try {
    const port = await waitUntil('Firefox to listen', () => readFile(join(profile.path, 'MarionetteActivePort'), 'utf8').then(Number, () => undefined), START_WITHIN_MS);
    const ask = await openLine(port);
    await ask('WebDriver:NewSession', { acceptInsecureCerts: true });
    return { command: async (name, parameters = {}) => valueOf(await ask(COMMANDS[name], parameters)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ask = (name: string, parameters: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Each message is its length, a colon, and JSON: [0, id, name, parameters] there, [1, id, error, result] back. */
async function openLine(port: number): Promise<Ask> {
  const socket = connect(port, '127.0.0.1');
  const waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let colon = rest.indexOf(':'); colon >= 0; colon = rest.indexOf(':')) {
      const end = colon + 1 + Number(rest.subarray(0, colon).toString());
      if (rest.byteLength < end) return;
      hear(JSON.parse(rest.subarray(colon + 1, end).toString()));
      rest = rest.subarray(end);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox hung up.'));
  });
  const hear = (message: unknown): void => {
    // The first is its greeting.
    if (!isAnswer(message)) return;
    const [, id, error, result] = message;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === null) asked?.resolve(result);
    else asked?.reject(new Error(`Firefox: ${JSON.stringify(error)}`));
  };
  await once(socket, 'connect');
  let lastId = 0;
  return (name, parameters) => {
    lastId += 1;
    const id = lastId;
    const text = Buffer.from(JSON.stringify([0, id, name, parameters]));
    socket.write(Buffer.concat([Buffer.from(`${text.byteLength}:`), text]));
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
}

function valueOf(result: unknown): unknown {
  return typeof result === 'object' && result !== null && 'value' in result ? result.value : result;
}

function isAnswer(message: unknown): message is readonly [number, number, unknown, unknown] {
  return Array.isArray(message) && message.length === 4 && typeof message[1] === 'number';
}
