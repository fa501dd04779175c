import fc from 'fast-check';

/** `SLIPWAY_FUZZ=20 npm test -- server` tries twenty times as much. */
const TIMES = Number(process.env['SLIPWAY_FUZZ'] ?? '1');

export function fuzzRuns(usual: number): number {
  return Math.ceil(usual * (Number.isFinite(TIMES) && TIMES > 0 ? TIMES : 1));
}

/** Time that so many runs may take, at their slowest. */
export function fuzzTimeoutMs(usualMs: number): number {
  return fuzzRuns(usualMs);
}

/** Characters that mean something to somebody on the way. */
const SPECIAL = ['', ' ', '"', "'", '\\', '/', '..', '%00', '%2e', '%', ',', ';', ':', '=', '-1', '0', '1e3', '0x10', '9007199254740993', '__proto__', 'constructor', '*', '?', '&', '#', '\t', 'ä', '\u202e', '\ud800', '\u0000', 'null', 'a'.repeat(300)] as const;

/** Text of words that may go wrong. */
export const oddText = fc.oneof(fc.constantFrom(...SPECIAL), fc.string({ unit: 'binary', maxLength: 40 }), fc.array(fc.constantFrom(...SPECIAL), { maxLength: 5 }).map((words) => words.join('')));

/** The same, of what may stand in a header: no line ends, bytes only. */
export const oddHeader = oddText.map((text) => Buffer.from(text).toString('latin1').replaceAll(/[\r\n\0]/gu, ' '));

/** Mostly as it should be. */
export function mostly<Value, Odd>(usual: fc.Arbitrary<Value>, odd: fc.Arbitrary<Odd>): fc.Arbitrary<Value | Odd> {
  return fc.oneof({ arbitrary: usual, weight: 3 }, { arbitrary: odd, weight: 1 });
}
