import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const FAULTS = ['kill', 'step', 'cut', 'twin', 'full', 'cache', 'term', 'readonly', 'descriptors'];

const HELP = `Sends files by every road while the server is killed, its disk full, its cache dead; resumes, and counts what is lost.

Usage: npm run torture -- [options]

  --rounds N      so many rounds (default 50)
  --only FAULTS   only these, with commas between:
                    kill         kill -9 at a random moment, perhaps again while it recovers
                    step         kill -9 right before a certain step on the disk (needs strace)
                    cut          every connection is reset
                    twin         two servers share the folder, one is killed
                    full         the disk is full (a small tmpfs; needs root)
                    cache        Redis is killed or hangs (needs redis-server)
                    term         SIGTERM
                    readonly     the disk is remounted read-only (needs root)
                    descriptors  strangers take all file descriptors
  --seed N        repeats what happened with that seed (default: a new one, which is printed)
  --from N        begins with that round; with --rounds 1 and --seed, repeats one
  --help          prints this

After each round: every file under a final name is whole and is one that was sent, once; everything that was acknowledged
is there; staging is empty; what belongs to others is untouched. Prints rounds and losses, and writes out/torture.json.
Ends with status 1 when something was lost. ^C ends it after the round that runs.
`;

/** Reads the arguments. @throws Error with a sentence for whoever typed them */
export function readTortureOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '50' },
      only: { type: 'string', default: FAULTS.join(',') },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { help: HELP };
  const faults = values.only.split(',').map((part) => part.trim());
  for (const fault of faults) if (!FAULTS.includes(fault)) throw new Error(`--only takes ${FAULTS.join(', ')}; "${fault}" is none of them.`);
  return { rounds: wholeNumber('rounds', values.rounds, 1), seed: wholeNumber('seed', values.seed, 0), from: wholeNumber('from', values.from, 0), faults };
}

function wholeNumber(name, text, least) {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number < least) throw new Error(`--${name} takes a whole number from ${least}.`);
  return number;
}
