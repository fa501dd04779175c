import { createLog } from '../../server/index.ts';
import type { Log } from '../../server/index.ts';

// Whoever read the log is gone, a terminal that was closed for instance: the app goes on without it.
process.stderr.on('error', () => undefined);

/** Writes each event as one line to standard error: for people at a terminal, as JSON for whoever else reads it. */
export const log: Log = createLog({
  format: process.stderr.isTTY ? 'text' : 'json',
  level: 'info',
  isColored: false,
  write: (line) => void process.stderr.write(`${line}\n`),
});
