// Puts a link in the place of a folder and the folder back, as fast as it can: node swap-in-loop.mjs FOLDER TARGET, forked.
// Ends when it is told to, with the folder in its place, and tells how often the link stood there.
import { mkdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';

const SWAPS_PER_TURN = 20;

const [folder, target] = process.argv.slice(2);
const aside = `${folder}-aside`;
let [swaps, made, isEnding] = [0, 0, false];

process.once('message', () => (isEnding = true));
process.once('disconnect', () => process.exit(1));
mkdirSync(folder, { recursive: true });
process.send({ isReady: true });
goOn();

function goOn() {
  for (let turn = 0; turn < SWAPS_PER_TURN; turn += 1) swap();
  // In between, what it is told is heard.
  if (!isEnding) setImmediate(goOn);
  else process.send({ swaps }, () => process.exit(0));
}

function swap() {
  renameSync(folder, aside);
  if (insteadOfWhatIsThere(() => symlinkSync(target, folder))) {
    swaps += 1;
    unlinkSync(folder);
  }
  while (!insteadOfWhatIsThere(() => renameSync(aside, folder)));
}

/** The server may have made the folder anew in between; then that one goes aside, with what is in it. @returns whether nothing was there */
function insteadOfWhatIsThere(put) {
  try {
    put();
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY') throw error;
    made += 1;
    renameSync(folder, `${folder}-made-${made}`);
    return false;
  }
}
