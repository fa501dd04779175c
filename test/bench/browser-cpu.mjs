import { median } from './interleave.mjs';

/** Processes of a Chromium as people name them; what is in none of these took next to nothing. */
const PROCESSES = { browser: 'browser process', renderer: 'page', 'network.mojom.NetworkService': 'network service' };

/**
 * Notes where a browser's CPU time goes while a page sends: the page's own process reads and hashes, the browser process reads
 * what is sent from files, the network service writes to the socket.
 */
export async function watchBrowserCpu(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const notes = new Map();

  async function secondsByProcess() {
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.map(({ id, type, cpuTime }) => [id, { type, seconds: cpuTime }]));
  }

  return {
    /** Does a job, and notes under this name what the browser spent on it. */
    async note(name, job) {
      const before = await secondsByProcess();
      const result = await job();
      const spent = Object.fromEntries(Object.keys(PROCESSES).map((type) => [type, 0]));
      for (const [id, { type, seconds }] of await secondsByProcess()) {
        if (type in spent) spent[type] += seconds - (before.get(id)?.seconds ?? 0);
      }
      notes.set(name, [...(notes.get(name) ?? []), spent]);
      return result;
    },
    /** Median seconds of CPU by process: `{ 'browser process': 1.2, … }`. */
    seconds(name) {
      const noted = notes.get(name) ?? [];
      return Object.fromEntries(Object.entries(PROCESSES).map(([type, words]) => [words, Math.round(median(noted.map((spent) => spent[type])) * 100) / 100]));
    },
  };
}
