import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWrongCodes } from '../../../server/access/wrong-codes.ts';

/** An IPv6 address as Node writes it: short where there are zeros. */
const shortened = (groups: readonly number[]): string => new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1);

// Zeros, and what stands before an IPv4 address, are what shortened forms are made of.
const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 1, max: 0xffff }));
const half = fc.array(group, { minLength: 4, maxLength: 4 });

describe('wrong codes', () => {
  test('count together for all addresses that one device can have with IPv6, and for no others', () => {
    fc.assert(fc.property(half, half, half, half, (network, other, one, two) => {
      fc.pre(network.join(':') !== other.join(':') && network.some((value) => value !== 0) && other.some((value) => value !== 0));
      const wrongCodes = createWrongCodes();
      for (let host = 1; host <= 20; host += 1) wrongCodes.count(shortened([...network, ...one.slice(1), host]));
      expect(() => wrongCodes.requireUnlocked(shortened([...network, ...two]))).toThrow();
      wrongCodes.requireUnlocked(shortened([...other, ...one]));
    }));
  });

  test('of one person keep nobody else of the same home out', () => {
    const wrongCodes = createWrongCodes();
    for (let attempt = 0; attempt < 5; attempt += 1) wrongCodes.count('2001:db8::1');
    expect(() => wrongCodes.requireUnlocked('2001:db8::1')).toThrow();
    wrongCodes.requireUnlocked('2001:db8::2');
  });

  test('count together in a network that begins like an IPv4 address', () => {
    const wrongCodes = createWrongCodes();
    for (let host = 1; host <= 20; host += 1) wrongCodes.count(`::ffff:1:1:1:1:${host}`);
    expect(() => wrongCodes.requireUnlocked('::ffff:1:1:1:1:99')).toThrow();
  });

  test('count for each IPv4 address, also where IPv6 writes it', () => {
    const wrongCodes = createWrongCodes();
    for (let attempt = 0; attempt < 5; attempt += 1) wrongCodes.count('::ffff:192.168.1.7');
    expect(() => wrongCodes.requireUnlocked('::ffff:192.168.1.7')).toThrow();
    wrongCodes.requireUnlocked('::ffff:192.168.1.8');
  });

  test('say once that it is time for a new code', () => {
    const wrongCodes = createWrongCodes();
    const told = Array.from({ length: 70 }, (_, attempt) => wrongCodes.count(`10.0.0.${attempt}`));
    expect(told.flatMap((isOneTooMany, attempt) => (isOneTooMany ? [attempt] : []))).toEqual([59]);
    expect(() => wrongCodes.requireUnlocked('10.0.1.1')).toThrow();
    wrongCodes.forgive();
    wrongCodes.requireUnlocked('10.0.1.1');
  });
});
