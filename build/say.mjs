/** Tells a person at the terminal what happens, one line a step; on stderr, so that stdout stays for what was asked for. */
export function say(line) {
  process.stderr.write(`slipway: ${line}\n`);
}
