import { parseArgs } from 'node:util';

/** Parts of the run, in their order. */
export const PARTS = ['curl', 'chromium', 'memory', 'polls'];

const HELP = `Measures Slipway beside its peers: the same work, on this machine, in the same run, in turns.

Usage: npm run bench -- [options]

  --only PARTS       only these, with commas between: ${PARTS.join(', ')}
  --runs N           how often each contestant has its turn; medians are shown (default 5)
  --mib N            size of the large file (default 1024)
  --memory-gib N     bytes that arrive while the server's memory is watched (default 4)
  --folder DIR       where the bytes land (default: a memory-backed folder when there is one)
  --minutes N        begins no further turn after this long, and says so (default 10)
  --profile          takes a CPU profile of our roads also when they meet their targets
  --help             prints this

Prints a table and writes out/bench.json.
`;

const NUMBERS = { runs: [1, 100], mib: [8, 65_536], 'memory-gib': [0.25, 64], minutes: [0.1, 600] };

/** Reads the arguments. @throws Error with a sentence for whoever typed them */
export function readBenchOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: PARTS.join(',') },
      runs: { type: 'string', default: '5' },
      mib: { type: 'string', default: '1024' },
      'memory-gib': { type: 'string', default: '4' },
      folder: { type: 'string' },
      minutes: { type: 'string', default: '10' },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { help: HELP };
  const parts = values.only.split(',').map((part) => part.trim());
  for (const part of parts) if (!PARTS.includes(part)) throw new Error(`--only takes ${PARTS.join(', ')}; "${part}" is none of them.`);
  const numbers = Object.fromEntries(Object.entries(NUMBERS).map(([name, [least, most]]) => {
    const number = Number(values[name]);
    if (!(number >= least && number <= most)) throw new Error(`--${name} takes a number from ${least} to ${most}.`);
    return [name, number];
  }));
  return {
    parts,
    runs: Math.round(numbers.runs),
    sizeBytes: Math.round(numbers.mib) * 2 ** 20,
    memoryBytes: Math.round(numbers['memory-gib'] * 2 ** 30),
    folder: values.folder,
    deadlineMs: performance.now() + numbers.minutes * 60_000,
    profile: values.profile,
  };
}
