import { parseArgs } from 'node:util';

const FAULTS = ['cut', 'reset', 'stall', 'slow', 'slice', 'kill', 'reload', 'offline', 'freeze', 'freeze-cut', 'pauses'];
const SENDERS = ['page', 'window', 'Uppy', 'tus-js-client'];
const SIZES = ['large', 'small'];

const HELP = `Sends files while connections, servers and tabs fail, and looks whether every file arrives, whole and once.

Usage: npm run chaos -- [options]

  --only FAULTS      only these, with commas between: ${FAULTS.join(', ')}
  --sender SENDERS   only these: ${SENDERS.join(', ')}
  --size SIZE        large (one file of 24 MiB) or small (30 files of 200 kB)
  --ci               every fault at one point with one size; \`npm test\` does so from the page
  --workers N        so many runs side by side (default 2)
  --help             prints this

Prints a table and writes out/chaos.json.
`;

/** Reads the arguments. @throws Error with a sentence for whoever typed them */
export function readChaosOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: FAULTS.join(',') },
      sender: { type: 'string', default: SENDERS.join(',') },
      size: { type: 'string', default: SIZES.join(',') },
      ci: { type: 'boolean', default: false },
      workers: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { help: HELP };
  if (!/^[1-9]\d?$/.test(values.workers)) throw new Error('--workers takes a number from 1 to 99.');
  const faults = oneOf('only', values.only, FAULTS);
  const senders = oneOf('sender', values.sender, SENDERS);
  const sizes = oneOf('size', values.size, SIZES);
  return { isAll: !values.ci, workers: values.workers, grep: `(?:^|\\s)(?:${senders.join('|')}): (?:${faults.join('|')}) at .*, (?:${sizes.join('|')})` };
}

function oneOf(name, text, allowed) {
  const chosen = text.split(',').map((part) => part.trim());
  for (const one of chosen) if (!allowed.includes(one)) throw new Error(`--${name} takes ${allowed.join(', ')}; "${one}" is none of them.`);
  return chosen;
}
