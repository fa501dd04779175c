import { powerSaveBlocker } from 'electron';

const LOOK_EVERY_MS = 2_000;

/** Keeps the computer awake while something moves, and only then. Answers how to stop. */
export function keepAwakeWhile(isMoving: () => boolean): () => void {
  let blocker: number | null = null;

  const look = (): void => {
    const moving = isMoving();
    if (moving && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!moving) release();
  };
  const release = (): void => {
    if (blocker !== null) powerSaveBlocker.stop(blocker);
    blocker = null;
  };

  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    release();
  };
}
