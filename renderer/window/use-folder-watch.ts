import { onScopeDispose, ref, type Ref } from 'vue';
import { ApiFailure, ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';

/** Looked at this often; a look costs the disk two questions. */
const LOOK_EVERY_MS = 2000;

/** Whether the upload folder is gone, or another disk is in its place; known a moment later. */
export function useFolderWatch(client: Client): Readonly<Ref<boolean>> {
  const isAway = ref(false);

  async function look(): Promise<void> {
    if (document.hidden) return;
    try {
      isAway.value = (await client.call('GET /api/server', {})).folder === 'away';
    } catch (error) {
      // That nobody answers is told by another banner.
      if (!(error instanceof ApiFailure || error instanceof ServerUnreachable)) throw error;
    }
  }

  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  void look();
  onScopeDispose(() => { clearInterval(timer); });
  return isAway;
}
