import { spawn } from 'node:child_process';
import { ROOT } from './root.mjs';
import { say } from './say.mjs';

/** What Electron prints when it cannot open a window here, and what that means. */
const CANNOT_OPEN = [
  [/Missing X server|cannot open display|Unable to open X display|Failed to connect to Wayland/i, () => 'the display cannot be reached'],
  [/error while loading shared libraries: ([^:]+):/, ([, library]) => `the system library ${library} is missing`],
  [/No usable sandbox|SUID sandbox helper/, () => "the system does not let Electron's sandbox work here"],
];

/** Chromium's log lines about services and graphics that a small system does not have; they change nothing. */
const NOISE = /^\[\d+:[\d/.]+:(?:INFO|WARNING|ERROR):(?:dbus\/)?(?:bus|object_proxy|gpu|viz|gl|vaapi|angle|command_buffer|gles2|ozone_platform|env)\w*\.cc/;

/** An Electron that lives longer than this has its window open. */
const STARTING_MS = 15_000;

/**
 * Opens the window and waits until the app ends. Ctrl-C and SIGTERM end the app.
 * Answers `{ opened: false, reason }` when no window could be opened here, else `{ opened: true, status }`.
 */
export async function openWindow(electron) {
  const flags = [];
  if (process.platform === 'linux' && process.getuid() === 0) {
    say("started as root, so Electron's sandbox is off (--no-sandbox)");
    flags.push('--no-sandbox');
  }
  const env = { ...process.env };
  // Terminals inside Electron apps hand this on, and it would make a plain Node.js of the window.
  delete env.ELECTRON_RUN_AS_NODE;
  const startedAt = Date.now();
  const child = spawn(electron.path, [...flags, ROOT], { stdio: ['inherit', 'inherit', 'pipe'], env });
  const firstLines = passOn(child.stderr);
  const letGo = forwardSignals(child);
  const { code, signal, error } = await new Promise((done) => {
    child.on('error', (failure) => done({ error: failure }));
    child.on('close', (status, name) => done({ code: status, signal: name }));
  });
  letGo();
  if (error) return { opened: false, reason: `Electron could not be started (${error.message})` };
  if (code !== 0 && Date.now() - startedAt < STARTING_MS) {
    for (const [pattern, means] of CANNOT_OPEN) {
      const match = pattern.exec(firstLines());
      if (match) return { opened: false, reason: means(match) };
    }
  }
  return { opened: true, status: code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1) };
}

/** Hands on what is worth reading; answers a look at the beginning of it. */
function passOn(stream) {
  let kept = '';
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    if (kept.length < 20_000) kept += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) if (!NOISE.test(line)) process.stderr.write(`${line}\n`);
  });
  return () => kept;
}

function forwardSignals(child) {
  const forward = (signal) => {
    // Ctrl-C in a terminal reaches the child by itself.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}
