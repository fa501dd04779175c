import KeyvRedis, { createClient } from '@keyv/redis';
import { keyvStore } from './keyv-store.ts';
import type { SharedStore } from './store.ts';

/** @param url `redis://…` or `rediss://…` */
export function openRedis(url: string): SharedStore {
  const client = createClient({
    url,
    // A command that cannot be sent now fails now; the progress cache has a queue of its own.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 256,
    socket: { connectTimeout: 1000, reconnectStrategy: (attempts) => Math.min(100 * 2 ** attempts, 2000) },
  });
  // Keyv learns of errors by its own calls; the client also tells of lost connections, and insists on a listener.
  client.on('error', () => undefined);
  // What comes of it, the first call tells; the client goes on trying by itself.
  const connected = client.connect().catch(() => undefined);
  const adapter = new KeyvRedis(client, { namespace: 'slipway', throwOnErrors: true, throwOnConnectError: false });
  return keyvStore(adapter, { connected, close: async () => (client.isOpen ? client.destroy() : undefined) });
}
