import { app } from 'electron';

/**
 * True when this is the first start. A second one gets false and must quit; the first is called instead. What stood on the second
 * command line, or came as its data, is ignored: anybody can write there.
 */
export function claimSingleInstance(onSecondStart: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', () => onSecondStart());
  return true;
}
