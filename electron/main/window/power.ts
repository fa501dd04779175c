import { powerMonitor, powerSaveBlocker } from 'electron';

/** Looked at this often; a look costs two additions. */
const LOOK_EVERY_MS = 500;
/** Looks without movement before the computer may sleep: between two files nothing moves for a moment. */
const QUIET_LOOKS = 3;

/** Keeps the computer awake while bytes move, in whichever direction, and only then. Answers how to stop. */
export function keepAwakeWhile(isMoving: () => boolean): () => void {
  let blocker: number | null = null;
  let quietLooks = 0;

  const look = (): void => {
    const moving = isMoving();
    quietLooks = moving ? 0 : quietLooks + 1;
    if (moving) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (quietLooks >= QUIET_LOOKS) release();
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

/** Calls back when the computer wakes up. Answers how to stop. */
export function onWake(listener: () => void): () => void {
  powerMonitor.on('resume', listener);
  return () => {
    powerMonitor.off('resume', listener);
  };
}
