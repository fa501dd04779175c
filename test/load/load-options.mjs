import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

/** Parts of the load, in their order. */
export const PARTS = ['heads', 'bodies', 'readers', 'aborts', 'mixed', 'large', 'mutations', 'links', 'soak'];

const HELP = `Loads the real server, in a process of its own, with the tools that attackers and testers use, and measures it.

Usage: npm run load -- [options]

  --only PARTS          only these, with commas between:
                          heads      500 connections whose heads never end (slowhttptest -H)
                          bodies     bodies of some bytes every ten seconds (slowhttptest -B)
                          readers    answers that nobody reads (slowhttptest -X)
                          aborts     uploads that are cut in the middle
                          mixed      64 connections of uploads, questions and refusals (wrk)
                          large      4, then 8 large files at once (curl)
                          mutations  valid bodies and requests with changed bits (zzuf)
                          links      a folder that is swapped for a link all the time
                          soak       uploads by all roads, a fifth of them aborted
  --abort-cycles N      (default 1000)
  --mixed-seconds N     (default 30)
  --gib N               size of each large file (default 1)
  --mutations N         of each of five bodies (default 2000)
  --link-races N        (default 1000)
  --soak-minutes N      (default 30)
  --folder DIR          on whose disk the bytes land (default: the system's folder for such)
  --help                prints this

Each figure has a bound. Prints a table and writes out/load.json. Ends with status 1 when a bound is missed, and with
status 3 when none is but a part could not run, because its tool is not installed. ^C ends it after the part that runs.
`;

const NUMBERS = { 'abort-cycles': 1, 'mixed-seconds': 1, gib: 0.01, mutations: 1, 'link-races': 1, 'soak-minutes': 0.1 };

/** Reads the arguments. @throws Error with a sentence for whoever typed them */
export function readLoadOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: PARTS.join(',') },
      'abort-cycles': { type: 'string', default: '1000' },
      'mixed-seconds': { type: 'string', default: '30' },
      gib: { type: 'string', default: '1' },
      mutations: { type: 'string', default: '2000' },
      'link-races': { type: 'string', default: '1000' },
      'soak-minutes': { type: 'string', default: '30' },
      folder: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { help: HELP };
  const parts = values.only.split(',').map((part) => part.trim());
  for (const part of parts) if (!PARTS.includes(part)) throw new Error(`--only takes ${PARTS.join(', ')}; "${part}" is none of them.`);
  const numbers = Object.fromEntries(Object.entries(NUMBERS).map(([name, least]) => [name, number(name, values[name], least)]));
  const { gib, mutations } = numbers;
  return {
    parts,
    folder: values.folder,
    gib,
    sizes: { abortCycles: numbers['abort-cycles'], mixedSeconds: numbers['mixed-seconds'], mutations, linkRaces: numbers['link-races'], soakMinutes: numbers['soak-minutes'] },
  };
}

function number(name, text, least) {
  const value = Number(text);
  if (!(value >= least && value <= 1e6) || (least === 1 && !Number.isInteger(value))) throw new Error(`--${name} takes a ${least === 1 ? 'whole number' : 'number'} from ${least}.`);
  return value;
}
