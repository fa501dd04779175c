import { startTappedWire, type TappedWire } from './tapped-wire.ts';

/** A wire in front of a server that goes silent, in both directions, and ends nothing. */
export interface SilentProxy extends TappedWire {
  /** Connections that went silent. */
  silenced(): number;
}

/**
 * @param target as in {@link startTappedWire}
 * @param after bytes that the first connection carries before it is silent; those that carry less, and all later ones, work
 */
export async function startSilentProxy(target: () => number, after: number): Promise<SilentProxy> {
  let silenced = 0;
  const wire = await startTappedWire(target, ({ client, server, passed, forward }, bytes) => {
    if (silenced > 0 || passed <= after) {
      forward(bytes);
      return;
    }
    silenced += 1;
    client.pause();
    server.unpipe(client);
  });
  return { ...wire, silenced: () => silenced };
}
