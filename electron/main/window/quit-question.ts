import type { MessageBoxOptions } from 'electron';
import type { UnderWay } from '../sending/send-queue.ts';
import type { NativeWords } from '../words/native-words.ts';

/** Which of the question's buttons quits. */
export const QUIT_BUTTON = 1;

/**
 * Asks whether to quit, and says what becomes of what moves.
 * @param active uploads of all senders
 * @param own those of them that this window sends
 */
export function quitQuestion(active: number, own: UnderWay, words: NativeWords['quit']): MessageBoxOptions {
  return {
    type: 'question',
    title: 'Slipway',
    message: words.message(active),
    detail: consequences(active, own, words),
    buttons: [words.keepGoing, words.quit],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
}

function consequences(active: number, { resumable, others }: UnderWay, words: NativeWords['quit']): string {
  const foreign = Math.max(0, active - resumable - others);
  if (others === 0 && foreign === 0) return words.allContinue(active);
  if (resumable === 0 && foreign === 0) return words.allStartOver(active);
  return [
    resumable > 0 && words.largeContinue,
    others > 0 && (resumable > 0 ? words.smallThen : words.smallStartOver),
    foreign > 0 && words.fromOthers,
  ].filter((sentence) => sentence !== false).join(' ');
}
