import { expect, test } from 'vitest';
import { deviceName } from '../../../server/access/device-name.ts';

const HTML = '<img src=x onerror=alert(1)>'.repeat(400);

test.each([
  ['a page of HTML', HTML, 'Unknown device'], ['HTML behind a device', `iPhone ${HTML} Safari/604.1`, 'iPhone'], ['HTML behind a program', `curl/8.0 ${HTML}`, 'curl'], ['a name without end', 'x'.repeat(10_000), 'Unknown device'],
  ['letters that turn the direction', '\u202Eevil/1.0', 'Unknown device'], ['a line end', 'curl\r\nX: y', 'Unknown device'],
])('C25: %s in a User-Agent comes to a short name', (_what, userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name);
});
