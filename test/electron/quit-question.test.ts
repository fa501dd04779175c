import { expect, test } from 'vitest';
import { quitQuestion } from '../../electron/main/quit-question.ts';

test.each([
  [1, { resumable: 1, others: 0 }, 'It will continue when you reopen Slipway.'],
  [3, { resumable: 3, others: 0 }, 'They will continue when you reopen Slipway.'],
  [1, { resumable: 0, others: 1 }, 'It will start over when you reopen Slipway.'],
  [2, { resumable: 0, others: 2 }, 'They will start over when you reopen Slipway.'],
  [2, { resumable: 1, others: 1 }, 'Your large files will continue when you reopen Slipway. Your small ones will start over then.'],
  [2, { resumable: 0, others: 0 }, 'What other devices send goes on when they try again; small files start over.'],
  [5, { resumable: 2, others: 0 }, 'Your large files will continue when you reopen Slipway. What other devices send goes on when they try again; small files start over.'],
])('%i under way, of them %j: %s', (active, own, detail) => {
  expect(quitQuestion(active, own).detail).toBe(detail);
});
