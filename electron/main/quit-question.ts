import type { MessageBoxOptions } from 'electron';
import type { UnderWay } from './sending/send-queue.ts';

/** Which of the question's buttons quits. */
export const QUIT_BUTTON = 1;

/**
 * Asks whether to quit, and says what becomes of what moves.
 * @param active uploads of all senders
 * @param own those of them that this window sends
 */
export function quitQuestion(active: number, own: UnderWay): MessageBoxOptions {
  return {
    type: 'question',
    title: 'Slipway',
    message: active === 1 ? '1 file is still being sent or received.' : `${active} files are still being sent or received.`,
    detail: consequences(active, own),
    buttons: ['Keep going', 'Quit'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
}

function consequences(active: number, { resumable, others }: UnderWay): string {
  const they = active === 1 ? 'It' : 'They';
  const foreign = Math.max(0, active - resumable - others);
  if (others === 0 && foreign === 0) return `${they} will continue when you reopen Slipway.`;
  if (resumable === 0 && foreign === 0) return `${they} will start over when you reopen Slipway.`;
  return [
    resumable > 0 && 'Your large files will continue when you reopen Slipway.',
    others > 0 && (resumable > 0 ? 'Your small ones will start over then.' : 'Your small files will start over when you reopen Slipway.'),
    foreign > 0 && 'What other devices send goes on when they try again; small files start over.',
  ].filter((sentence) => sentence !== false).join(' ');
}
