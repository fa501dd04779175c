import { expect, test } from 'vitest';
import { displayName } from '../../renderer/components/display-name.ts';

test.each([
  ['holiday in the mountains.jpg', 'holiday in the moun', 'tains.jpg'],
  ['archive.settingcontent-ms', 'archive', '.settingcontent-ms'],
  // Only its extension stands apart: the rest is read from the right, as a whole.
  ['صورة من العطلة.jpg', 'صورة من العطلة', '.jpg'],
  ['תמונה מהחופשה.tar.gz', 'תמונה מהחופשה.tar', '.gz'],
  ['תמונה מהחופשה', 'תמונה מהחופשה', ''],
  // What would turn the text around is not shown.
  ['photo\u202Egpj.exe', 'pho', 'togpj.exe'],
])('%s is shown as %s and, never cut off, %s', (name, start, end) => {
  expect(displayName(name)).toEqual({ whole: start + end, start, end });
});
