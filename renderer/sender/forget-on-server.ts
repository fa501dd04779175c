import { ApiFailure, ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';

/** Tells the server of files that will not come. */
export interface Forgetting {
  forget(ids: readonly string[]): Promise<void>;
  /** Tells again what nobody was there to hear: it keeps unfinished uploads for days. @param stillWanted ids of files that come after all */
  catchUp(stillWanted: (id: string) => boolean): Promise<void>;
}

export function createForgetting(client: Client, signal: AbortSignal): Forgetting {
  const untold = new Set<string>();

  async function forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await client.call('DELETE /api/uploads/:id', { params: { id }, signal });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ServerUnreachable) untold.add(id);
        // Refused: unknown there, which is what was wanted.
        else if (!(error instanceof ApiFailure)) throw error;
      }
    }
  }

  return {
    forget,
    async catchUp(stillWanted) {
      const ids = [...untold];
      untold.clear();
      await forget(ids.filter((id) => !stillWanted(id)));
    },
  };
}
