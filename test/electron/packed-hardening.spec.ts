import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { canConnect } from '../helpers/can-connect.ts';
import { findFreePort } from '../helpers/free-port.ts';
import { findPackedApp } from '../helpers/packed-app.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';

/** How a fuse that is on is written into the binary: the digit 1. The package keeps its name of it to itself. */
const ON = 49;

const ROOT = path.join(import.meta.dirname, '../..');

test('K1: the fuses of the packed app are set', async () => {
  const wire = await getCurrentFuseWire(findPackedApp());
  const isOn = (fuse: FuseV1Options): boolean => Number(wire[fuse]) === ON;
  expect({
    runAsNode: isOn(FuseV1Options.RunAsNode),
    cookieEncryption: isOn(FuseV1Options.EnableCookieEncryption),
    nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    asarIntegrity: isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
    onlyFromAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
    ownSnapshot: isOn(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot),
    filePrivileges: isOn(FuseV1Options.GrantFileProtocolExtraPrivileges),
  }).toEqual({ runAsNode: false, cookieEncryption: true, nodeOptions: false, asarIntegrity: true, onlyFromAsar: true, ownSnapshot: false, filePrivileges: false });
  // The package that tests drive has this one the other way, and no other has.
  expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(true);
  expect(await readFile(path.join(ROOT, 'build/electron-builder.yml'), 'utf8')).toMatch(/^ {2}enableNodeCliInspectArguments: false$/m);
  expect(await readFile(path.join(ROOT, 'build/package.mjs'), 'utf8')).toContain("(drivable ? ['--config.electronFuses.enableNodeCliInspectArguments=true'] : [])");
});

test('K12: the archive holds what runs, and nothing else', () => {
  const files = listPackage(path.join(path.dirname(findPackedApp()), 'resources/app.asar'), { isPack: false });
  expect(files).toContain('/out/electron/main/main.js');
  expect(files.filter((file) => /\.(?:map|m?ts|vue|pem|key|crt|env|tsbuildinfo|log)$|\/\.|\/(?:test|tests|docs)(?:\/|$)/.test(file))).toEqual([]);
  expect(files.filter((file) => /^\/(?!node_modules|out|package\.json$|LICENSE$)/.test(file))).toEqual([]);
});

test('J12, K3: a packed app that nobody may look into lets nobody debug it, runs no other script, and heeds no NODE_OPTIONS', async () => {
  const app = new Application({ packed: findPackedApp() });
  try {
    // Once by the driver, which makes its folders; then as a person, or a program that means harm, would start it.
    await app.start();
    const { executablePath, env } = await app.launchOptions();
    await app.stop();
    const mark = app.inTemp('mark');
    await writeFile(app.inTemp('mark.cjs'), `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`);
    const port = await findFreePort();
    const child = spawn(executablePath, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--remote-debugging-port=${port}`, '-e', `require(${JSON.stringify(app.inTemp('mark.cjs'))})`], {
      env: { ...env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require ${app.inTemp('mark.cjs')}` }, stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'exit');
    try {
      let heard = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (heard += text));
      await waitUntil('the app to be there', () => heard.includes('server:started'));
      expect(heard).not.toContain('DevTools listening');
      expect(await canConnect(port)).toBe(false);
      await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      child.kill('SIGKILL');
      await within(5000, 'it to end', ended);
    }
  } finally {
    await app.dispose();
  }
});
