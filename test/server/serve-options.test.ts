import { describe, expect, test } from 'vitest';
import { readServeOptions } from '../../server/serve-options.ts';

describe('the options of the command line', () => {
  test.each([
    ['nothing', []], ['no folder', ['--folder', '']], ['an unknown option', ['--folder', 'x', '--nonsense']], ['a word too many', ['--folder', 'x', 'y']],
    ['a port of letters', ['--folder', 'x', '--port', 'http']], ['a port past the last', ['--folder', 'x', '--port', '65536']], ['a negative port', ['--folder', 'x', '--port', '-1']],
    ['a host that is none', ['--folder', 'x', '--host', 'a b']], ['a code that is short', ['--folder', 'x', '--code', '12345']], ['a code of spaces', ['--folder', 'x', '--code', '1 2 3 4 5']],
    ['a code and none', ['--folder', 'x', '--code', 'K7M4QX', '--open']], ['a cache of another kind', ['--folder', 'x', '--cache', 'http://x']],
    ['a size that is none', ['--folder', 'x', '--max-size', 'big']], ['a size of nothing', ['--folder', 'x', '--max-size', '0']], ['a size below nothing', ['--folder', 'x', '--max-size=-5']],
    ['no days', ['--folder', 'x', '--keep-days', '0']], ['too many days', ['--folder', 'x', '--keep-days', '366']], ['a part of a day', ['--folder', 'x', '--keep-days', '1.5']],
    ['duplicates of another kind', ['--folder', 'x', '--duplicates', 'overwrite']], ['a log of another kind', ['--folder', 'x', '--log', 'xml']], ['a level that is none', ['--folder', 'x', '--log-level', 'loud']],
    ['proxies that are everybody', ['--folder', 'x', '--trust-proxy', 'true']], ['proxies and everybody', ['--folder', 'x', '--trust-proxy', '10.0.0.1,*']],
    ['a name that is none', ['--folder', 'x', '--allow-host', 'a b']], ['a name for everything', ['--folder', 'x', '--allow-host', '*.example']],
    ['a name that is cut off', ['--folder', 'x', '--allow-host', 'files..example']], ['a name and no port', ['--folder', 'x', '--allow-host', 'files.example:http']],
    ['an address in part', ['--folder', 'x', '--allow-host', '10.1']], ['a label that is too long', ['--folder', 'x', '--allow-host', `${'x'.repeat(64)}.example`]],
    ['connections that are none', ['--folder', 'x', '--per-address', 'many']],
    ['an option without its value', ['--folder']], ['a switch with a value', ['--folder', 'x', '--open=yes']],
  ])('%s gets one clear sentence', (_what, args) => {
    expect(readServeOptions(args)).toEqual({ kind: 'wrong', sentence: expect.stringMatching(/^[^\n]{10,160}\.$/u) });
  });

  test.each([
    ['Files.Example', 'files.example'], ['files.example:8443', 'files.example:8443'], ['B\u00FCro.example:8443', 'xn--bro-hoa.example:8443'], ['\u65E5\u672C.test', 'xn--wgv71a.test'],
    ['tower', 'tower'], ['my_box.local', 'my_box.local'], ['10.0.0.1:80', '10.0.0.1:80'], ['FD00::1', '[fd00::1]'], ['[fd00::1]:8443', '[fd00::1]:8443'],
  ])('--allow-host %s is what browsers ask for: %s', (text, host) => {
    expect(readServeOptions(['--folder', 'x', '--allow-host', text])).toMatchObject({ allowedHosts: [host] });
  });

  test.each([['500MB', 500e6], ['20GB', 20e9], ['20gb', 20e9], ['4GiB', 4 * 2 ** 30], ['1.5GB', 1.5e9], ['10kB', 10e3], ['123', 123]])('--max-size %s is %i bytes', (text, bytes) => {
    expect(readServeOptions(['--folder', 'x', '--max-size', text])).toMatchObject({ kind: 'serve', maxBytes: bytes });
  });

  test('what is not said has a default: this computer only, with a code', () => {
    expect(readServeOptions(['--folder', 'x'])).toMatchObject({ kind: 'serve', folder: 'x', hosts: ['127.0.0.1'], interfaces: [], code: undefined, cacheUrl: 'memory:', maxBytes: undefined, keepMs: 7 * 86_400_000, isJson: false, isAnnounced: true });
    expect(readServeOptions(['--folder', 'x', '--no-mdns'])).toMatchObject({ isAnnounced: false });
    expect(readServeOptions(['--folder', 'x', '--keep-days', '30'])).toMatchObject({ keepMs: 30 * 86_400_000 });
    expect(readServeOptions(['--folder', 'x'])).toMatchObject({ duplicates: { policy: 'keep-both', guestsChoose: false }, logFormat: 'text', logLevel: 'info' });
    expect(readServeOptions(['--folder', 'x', '--duplicates', 'replace', '--guests-choose-duplicates'])).toMatchObject({ duplicates: { policy: 'replace', guestsChoose: true } });
    expect(readServeOptions(['--folder', 'x', '--open'])).toMatchObject({ code: null, perAddress: 32 });
    // Behind a proxy all come from one address.
    expect(readServeOptions(['--folder', 'x', '--allow-host', 'box.example'])).toMatchObject({ perAddress: null });
    expect(readServeOptions(['--folder', 'x', '--allow-host', 'box.example', '--per-address', '99'])).toMatchObject({ perAddress: 99 });
    expect(readServeOptions(['--folder', 'x', '--trust-proxy', '127.0.0.1, 10.0.0.0/8', '--trust-proxy', 'fd00::/8'])).toMatchObject({ trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'], perAddress: null });
    expect(readServeOptions(['-h'])).toEqual({ kind: 'help' });
  });
});
