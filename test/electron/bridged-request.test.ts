import { describe, expect, test } from 'vitest';
import { allowRequest, resolveApiUrl } from '../../electron/main/ipc/bridged-request.ts';

const SERVER = 'http://127.0.0.1:4711';
const FINE = { id: 'r1', method: 'GET', path: '/api/uploads?since=a-1', headers: {}, body: null } as const;

describe('the path of a bridged request', () => {
  test.each(['/api/uploads', '/api/uploads?since=a-1', '/api/uploads/4%2F5', '/x/../api/server'])('%s goes to the server', (path) => {
    expect(resolveApiUrl(path, SERVER)?.href).toBe(new URL(path, SERVER).href);
  });

  test.each([
    'http://169.254.169.254/api/', '//evil/api/x', '/\\evil/api/x', '\\\\evil/api/x', 'https://127.0.0.1:4711/api/x', 'http://127.0.0.1:4712/api/x',
    '/api/../x', '/api/%2e%2e/x', '/api/.%2E/x', '/api', '/apix/', '/', '', '/uploadfile', '/a/../../x', 'file:///etc/passwd', 'file:/api/x',
    'javascript:1', 'http://me:secret@127.0.0.1:4711/api/x', '/api/x#y', '/api/x\r\nHost: evil', '/api/\tx', '/ap\ni/x', `/api/${'x'.repeat(3000)}`,
    '/api/\u0000', '/api/\u00e9', ' /api/x', 'http://', 'http://[',
  ])('J3: %j goes nowhere', (path) => {
    expect(resolveApiUrl(path, SERVER)).toBeNull();
  });
});

describe('what a bridged request may carry', () => {
  test('what the window sends is allowed', () => {
    const asked = { ...FINE, method: 'POST', path: '/api/batches', headers: { 'Content-Type': 'application/json', 'X-Progress-ID': 'b1' }, body: '{}' };
    expect(allowRequest(asked, SERVER)).toMatchObject({
      method: 'POST', headers: { 'content-type': 'application/json', 'x-progress-id': 'b1' }, body: '{}',
    });
  });

  test.each([
    ['no object', null],
    ['a list', []],
    ['a method outside the list', { ...FINE, method: 'TRACE' }],
    ['a method in lower case', { ...FINE, method: 'get' }],
    ['an odd method', { ...FINE, method: ['GET'] }],
    ['an empty id', { ...FINE, id: '' }],
    ['an id with a line end', { ...FINE, id: 'a\n' }],
    ['no path', { ...FINE, path: undefined }],
    ['Host', { ...FINE, headers: { Host: 'evil' } }],
    ['Authorization', { ...FINE, headers: { authorization: 'Bearer x' } }],
    ['Origin', { ...FINE, headers: { Origin: 'null' } }],
    ['Cookie', { ...FINE, headers: { cookie: 'a=b' } }],
    ['__proto__', { ...FINE, headers: JSON.parse('{"__proto__":"x"}') as object }],
    ['CR LF in a value', { ...FINE, headers: { accept: 'a\r\nHost: evil' } }],
    ['CR LF in a name', { ...FINE, headers: { 'accept\r\nhost': 'a' } }],
    ['a list as a value', { ...FINE, headers: { accept: ['a'] } }],
    ['a form', { ...FINE, method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: 'x' }],
    ['a body with GET', { ...FINE, body: 'x' }],
    ['a body that is no text', { ...FINE, method: 'POST', body: new Uint8Array(4) }],
    ['a body over 1 MiB', { ...FINE, method: 'POST', body: 'é'.repeat((1 << 19) + 1) }],
  ])('J3: %s is refused', (_what, asked) => {
    expect(allowRequest(asked, SERVER)).toBeNull();
  });
});
