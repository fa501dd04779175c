import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runTorture } from './run-torture.ts';
import { faultsHere } from './open-scene.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');

// The seed is a new one each day, so that every run looks elsewhere and can still be repeated: it stands in what is expected.
test('H1, H2, H3, H6: a short torture loses nothing: all whole, all there, once, and no orphan in staging', async () => {
  const seed = Math.floor(Date.now() / 86_400_000);
  const { rounds } = await runTorture({ root: ROOT, seed, rounds: faultsHere().length, from: 0, faults: faultsHere(), signal: new AbortController().signal, onRound: () => undefined });
  expect({ seed, lost: rounds.filter(({ losses }) => losses.length > 0) }).toEqual({ seed, lost: [] });
  expect(rounds.length).toBe(faultsHere().length);
  expect(rounds.filter(({ strikes }) => strikes === 0)).toEqual([]);
}, 180_000);
