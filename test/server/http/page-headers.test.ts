import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

test.each<[string, string]>([
  ['range', 'bytes=-99999999999'], ['range', 'bytes=1000-'], ['if-match', '"x"'], ['if-unmodified-since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
])('A18: a page asked for with %s: %s is refused as that, and is no error of ours in the log', async (name, value) => {
  const pageFolder = await makeUploadFolder();
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html>');
  const server = await startTestServer({ pageFolder });
  const answer = await server.stranger.request('GET', '/', { headers: { [name]: value } });
  expect([answer.status, readFailureCode(answer)]).toEqual([400, 'REQUEST_INVALID']);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
});
