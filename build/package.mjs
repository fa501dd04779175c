import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './root.mjs';
import { StepFailed, runStep } from './run-step.mjs';
import { downloadElectron, findElectron } from './runtime.mjs';
import { say } from './say.mjs';
import { ensureReady } from './setup.mjs';

// npm run package                  an unpacked app in dist/
// npm run package -- --drivable    one that tests can drive: it takes --inspect
const { values: options } = parseArgs({ options: { drivable: { type: 'boolean', default: false } } });
const DIST = join(ROOT, 'dist');

await ensureReady();
let electron = await findElectron();
if (electron.path === null || electron.kind === 'trial') {
  await downloadElectron();
  electron = await findElectron();
}
if (electron.path === null) {
  say(`cannot be packaged: ${electron.reason}`);
  process.exit(1);
}
// What is out of date is for tests, so it is made for them.
const drivable = options.drivable || electron.kind === 'trial';
if (electron.kind === 'trial') say(`packaged with Electron ${electron.version} from the cache of the tests: out of date, never to be handed on`);

for (const name of unpacked()) rmSync(join(DIST, name), { recursive: true, force: true });
try {
  await runStep('electron-builder', process.execPath, [
    'node_modules/electron-builder/cli.js', '--dir', '--config', 'build/electron-builder.yml', '--publish', 'never',
    `--config.electronDist=${folderOf(electron.path)}`,
    `--config.electronVersion=${electron.version}`,
    ...(drivable ? ['--config.electronFuses.enableNodeCliInspectArguments=true'] : []),
  ]);
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(error.message);
  process.exit(1);
}
for (const name of unpacked()) process.stdout.write(`${join(DIST, name)}\n`);

function unpacked() {
  try {
    return readdirSync(DIST).filter((name) => name.endsWith('-unpacked') || name.startsWith('mac'));
  } catch {
    return []; // nothing was packaged before
  }
}

/** The folder of a distribution: on macOS the binary lies inside the app bundle. */
function folderOf(binary) {
  return process.platform === 'darwin' ? join(dirname(binary), '..', '..', '..') : dirname(binary);
}
