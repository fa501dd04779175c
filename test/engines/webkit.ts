import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findFreePort } from '../helpers/free-port.ts';
import { findTool } from '../helpers/tools.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';
import type { CommandName, Engine } from './engine.ts';

/** Where Debian and Fedora keep the small browser that comes with WebKitGTK's driver. */
const MINI_BROWSERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/libexec']
  .flatMap((folder) => ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((name) => `${folder}/${name}/MiniBrowser`));

const ENDPOINTS = {
  'Navigate To': () => 'url',
  Refresh: () => 'refresh',
  'Find Element': () => 'element',
  'Element Send Keys': (id) => `element/${id}/value`,
  'Execute Script': () => 'execute/sync',
  'Take Screenshot': () => 'screenshot',
  'Minimize Window': () => 'window/minimize',
  'Set Window Rect': () => 'window/rect',
} satisfies Record<CommandName, (id: string) => string>;

/** WebKit as Safari has it, in GTK's window. @param display for the environment variable DISPLAY */
export async function startWebKit(display: string | undefined): Promise<Engine> {
  const binary = MINI_BROWSERS.find((path) => existsSync(path));
  if (binary === undefined) throw new Error('WebKitGTK has no MiniBrowser here.');
  const port = await findFreePort();
  const driver = spawn(findTool('WebKitWebDriver'), [`--port=${port}`], {
    env: { ...process.env, ...(display === undefined ? {} : { DISPLAY: display }) },
    stdio: 'ignore',
    // With its browser in a group that ends together.
    detached: true,
  });
  const ended = once(driver, 'exit');
  const kill = (): void => {
    if (driver.pid !== undefined && driver.exitCode === null && driver.signalCode === null) process.kill(-driver.pid, 'SIGKILL');
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await within(5000, 'WebKit to end', ended);
  };

  const ask = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    const { value } = (await response.json()) as { readonly value: unknown };
    if (!response.ok) throw new Error(`WebKit: ${JSON.stringify(value)}`);
    return value;
  };

  try {
    await waitUntil('the driver of WebKit to listen', () => ask('status', undefined).then(() => true, () => false));
    const session = await ask('session', { capabilities: { alwaysMatch: { acceptInsecureCerts: true, 'webkitgtk:browserOptions': { binary, args: ['--automation'] } } } });
    const { sessionId } = session as { readonly sessionId: string };
    return {
      command: (name, parameters = {}) => {
        const { id = '', ...body } = parameters;
        return ask(`session/${sessionId}/${ENDPOINTS[name](String(id))}`, name === 'Take Screenshot' ? undefined : body);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
