import { createXXHash128 } from 'hash-wasm';

/** One hash under way. */
export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Goes on from here on its own. */
  copy(): RunningHash;
  /** Lower-case hex. Ends it: nothing may be added any more. */
  digest(): string;
}

interface State {
  /** Filled while another's state is in the machine; null at the beginning. */
  saved: Uint8Array | null;
}

/**
 * One machine for all: putting another upload's state (580 bytes) into it takes 5 µs, while a machine of its own would take each
 * upload 0.2 ms and 128 KiB.
 */
const machine = await createXXHash128();

/** Whose state is in the machine. */
let current: State | null = null;

function enter(state: State): void {
  if (current === state) return;
  if (current !== null) current.saved = machine.save();
  if (state.saved === null) machine.init();
  else machine.load(state.saved);
  current = state;
}

/** Starts XXH3 with 128 bits: guards against accidents, not malice, at three times the speed of SHA-256 in hardware. */
export function startXxh128(): RunningHash {
  return goOn({ saved: null });
}

function goOn(state: State): RunningHash {
  return {
    update(bytes) {
      enter(state);
      machine.update(bytes);
    },
    copy() {
      enter(state);
      return goOn({ saved: machine.save() });
    },
    digest() {
      enter(state);
      // What is in the machine afterwards is nobody's.
      current = null;
      return machine.digest('hex');
    },
  };
}
