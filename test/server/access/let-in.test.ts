import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDeviceFile } from '../../../server/access/device-file.ts';
import { Devices } from '../../../server/access/devices.ts';
import { letIn } from '../../../server/access/let-in.ts';
import { hideSecrets } from '../../../server/hide-secrets.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

test('codes that somebody guesses away are forgotten in time: each line of the log is searched for those that are kept', async () => {
  const lines: string[] = [];
  const keeper = hideSecrets((_level, _event, { name } = {}) => void (name !== undefined && lines.push(String(name))));
  const codes: string[] = [];
  let kept = 0;
  const secrets: typeof keeper = {
    ...keeper,
    addCode(code) {
      kept += 1;
      const forget = keeper.addCode(code);
      return () => {
        kept -= 1;
        forget();
      };
    },
  };
  const nothing = (): void => undefined;
  const devices = await Devices.open({ file: createDeviceFile(join(await makeUploadFolder(), 'devices.txt')), log: nothing, onEnd: nothing, onChange: nothing });
  const access = await letIn({ code: undefined, secret: async () => Buffer.alloc(32), ownerToken: undefined, devices, onCode: (code) => codes.push(code) }, secrets);
  codes.push(access.code() ?? '');
  // Three wrong ones from each of 20 addresses bring a new code.
  for (let guess = 0; guess < 60 * 30; guess += 1) {
    const credentials = { authorization: undefined, address: `10.0.${Math.floor(guess / 600)}.${Math.floor((guess % 600) / 3)}`, userAgent: undefined };
    await expect(access.startSession('WRONG1', undefined, credentials)).rejects.toThrow('not right');
  }
  await devices.stop();
  expect(codes).toHaveLength(31);
  expect(kept).toBe(10);
  for (const code of codes) keeper.log('info', 'a:b', { name: code });
  expect(lines.map((line) => line === '(hidden)')).toEqual(codes.map((_code, index) => index >= 21));
});
