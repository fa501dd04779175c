import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endAccess, emptyBook, letIn, MOST_DEVICES, setRight, type DeviceBook } from '../../../server/access/device-book.ts';
import { bookText, MOST_BOOK_BYTES, parseBook } from '../../../server/access/device-text.ts';
import { DEVICE_RIGHTS } from '../../../server/contracts/devices.ts';

const id = fc.tuple(fc.constantFrom('page', 'api'), fc.integer({ min: 0, max: 30 })).map(([kind, number]) => `${kind}-${String(number).padStart(32, '0')}`);
const atMs = fc.integer({ min: 0, max: 2 ** 45 });
const change = fc.oneof(
  fc.record({ id, name: fc.string({ maxLength: 200, unit: 'binary' }), kind: fc.constantFrom('page' as const, 'api' as const), atMs }).map(({ atMs: when, ...sender }) => letIn(sender, when)),
  fc.tuple(id, atMs).map(([whose, when]) => endAccess(whose, when)),
  fc.tuple(id, fc.constantFrom(...DEVICE_RIGHTS), atMs).map(([whose, right, when]) => setRight(whose, right, when)),
);
const book = fc.array(change, { maxLength: 60 }).map((changes) => changes.reduce<DeviceBook>((next, one) => one(next), emptyBook()));

describe('the list of devices on the disk', () => {
  test('is read as it was written, whatever devices call themselves', () => {
    fc.assert(fc.property(book, (written) => { expect(parseBook(bookText(written))).toEqual(written); }));
  });

  test('is not believed with one letter changed, cut or added: somebody\'s access could come back to life', () => {
    fc.assert(fc.property(book, fc.nat(), fc.integer({ min: 1, max: 0xffff }), fc.constantFrom('changed', 'cut', 'added'), (written, where, by, how) => {
      const text = bookText(written);
      const at = where % text.length;
      const letter = String.fromCharCode(text.charCodeAt(at) ^ by);
      const strange = text.slice(0, at) + (how === 'cut' ? '' : how === 'added' ? letter + text.slice(at) : letter + text.slice(at + 1));
      expect(parseBook(strange)).toBeNull();
    }));
  });

  test('may be anything without harm', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => { expect(parseBook(text)).toBeNull(); }));
    expect(parseBook('x'.repeat(MOST_BOOK_BYTES + 1))).toBeNull();
  });

  test('has room for the most devices with the longest names', () => {
    const many = Array.from({ length: MOST_DEVICES }, (_, number) => letIn({ id: `page-${String(number).padStart(32, '0')}`, name: '\u{1f4f1}'.repeat(32), kind: 'page' }, 2 ** 45));
    const full = many.reduce<DeviceBook>((next, one) => one(next), emptyBook());
    expect(Buffer.byteLength(bookText(full))).toBeLessThan(MOST_BOOK_BYTES);
    expect(parseBook(bookText(full))?.devices.size).toBe(MOST_DEVICES);
  });
});

describe('a full list', () => {
  const named = (number: number): string => `page-${String(number).padStart(32, '0')}`;
  const full = (): DeviceBook => Array.from({ length: MOST_DEVICES }, (_, number) => letIn({ id: named(number), name: 'Phone', kind: 'page' }, number))
    .reduce<DeviceBook>((next, one) => one(next), emptyBook());

  test('makes room by forgetting who was not seen for the longest, and not whom the owner decided about', () => {
    const decided = setRight(named(1), 'no', 0)(setRight(named(0), 'always', 0)(full()));
    const next = letIn({ id: named(9999), name: 'New', kind: 'page' }, 1000)(decided);
    expect(next.devices.size).toBe(MOST_DEVICES);
    expect([0, 1, 2, 3, 9999].map((number) => next.devices.has(named(number)))).toEqual([true, true, false, true, true]);
  });

  test('gives whoever comes back another number than any token says', () => {
    const without = letIn({ id: named(9999), name: 'New', kind: 'page' }, 1000)(full());
    const back = letIn({ id: named(0), name: 'Phone', kind: 'page' }, 2000)(without);
    expect(back.devices.get(named(0))?.generation).toBe(MOST_DEVICES + 2);
  });
});
