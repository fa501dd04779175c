import type { Found } from './find-place.ts';
import type { ResumableInfo } from './resumable-info.ts';

/** Writes down what a sender says of its upload: what is told last counts, also after a restart. @throws system errors */
export async function noteTold(found: Found, told: Pick<ResumableInfo, 'digest' | 'held'>): Promise<Found> {
  const { folder, state } = found;
  const info = { ...state.info, ...told };
  if (info.digest === state.info.digest && info.held === state.info.held) return found;
  await folder.resumables.describe(info);
  return { ...found, state: { ...state, info } };
}
