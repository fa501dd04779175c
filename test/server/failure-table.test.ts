import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FAILURES } from '../../server/contracts/failure.ts';
import { asFailure, Failure } from '../../server/failure.ts';

const SERVER = new URL('../../server/', import.meta.url).pathname;

const sources = readdirSync(SERVER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('contracts'))
  .map((name) => ({ name, text: readFileSync(join(SERVER, name), 'utf8') }));

describe('the table of failures', () => {
  test('has an entry for every code that the server names', () => {
    const unknown = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/new Failure\('(?<code>[A-Z_]+)'/gu)].map((match) => match.groups?.['code'] ?? '').filter((code) => !Object.hasOwn(FAILURES, code)).map((code) => `${name}: ${code}`),
    );
    expect(unknown).toEqual([]);
  });

  test.each(Object.entries(FAILURES))('%s is said in whole sentences without paths, tokens or jargon', (_code, { message, status }) => {
    expect(message).toMatch(/^[A-Z].*[.!]$/u);
    expect(message).not.toMatch(/[\\/]\w+[\\/]|\bE[A-Z]{3,}\b|undefined|null/u);
    expect(message).not.toMatch(/errno|multer|busboy|express|keyv|redis|token/iu);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });

  test('what is not known becomes INTERNAL and keeps its secrets', () => {
    const failure = asFailure(new Error("ENOENT: no such file, open '/home/somebody/secret'"));
    expect(failure).toBeInstanceOf(Failure);
    expect(JSON.stringify(failure.report())).not.toContain('secret');
    expect(failure.report().code).toBe('INTERNAL');
    expect(asFailure('a text').code).toBe('INTERNAL');
  });
});
