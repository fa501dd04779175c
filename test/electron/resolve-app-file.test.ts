import { expect, test } from 'vitest';
import { resolveAppFile } from '../../electron/main/hardening/resolve-app-file.ts';

const ROOT = '/opt/app/window';

test.each([
  ['app://slipway/', `${ROOT}/index.html`],
  ['app://slipway/index.html?x=1#y', `${ROOT}/index.html`],
  ['app://slipway/assets/a%20b.js', `${ROOT}/assets/a b.js`],
  ['app://slipway/../../etc/passwd', `${ROOT}/etc/passwd`],
])('%s is inside', (url, file) => {
  expect(resolveAppFile(url, ROOT)).toBe(file);
});

test.each([
  'app://slipway/..%2f..%2fetc/passwd', 'app://slipway/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'app://slipway/a%2f..%2f..%2fwindow-secret/x',
  'app://slipway/..%5c..%5cx', 'app://slipway/%00', 'app://slipway/%', 'app://other/index.html', 'app://slipway:1/index.html',
  'http://slipway/index.html', 'file:///etc/passwd', 'nonsense', 'app://slipway/..%2f',
])('J8: %s is nothing', (url) => {
  expect(resolveAppFile(url, ROOT)).toBeNull();
});
