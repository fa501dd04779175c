import type { Log } from '../../server/index.ts';

/** Writes each event as one line of JSON to standard error. */
export const log: Log = (level, event, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
};
