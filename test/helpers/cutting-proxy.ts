import { startTappedWire, type TappedWire } from './tapped-wire.ts';

/** A wire in front of a server that breaks when so many bytes have gone over one connection. */
export interface CuttingProxy extends TappedWire {
  /**
   * @param cuts after how many bytes the first connection that carries so many breaks, then the second, and so on; later ones hold
   * @param onCut called with the number of cuts so far; when it answers a promise, the wire holds until then
   */
  cutAfter(cuts: readonly number[], onCut?: (cut: number) => void | Promise<void>): void;
  /** Bytes that were carried to the server, over all connections. */
  carriedBytes(): number;
}

/** @param target as in {@link startTappedWire} */
export async function startCuttingProxy(target: () => number): Promise<CuttingProxy> {
  let cuts: readonly number[] = [];
  let onCut: ((cut: number) => void | Promise<void>) | undefined;
  let carried = 0;
  let cut = 0;
  const wire = await startTappedWire(target, (connection, bytes) => {
    carried += bytes.length;
    connection.forward(bytes);
    if (connection.passed < (cuts[cut] ?? Infinity)) return;
    cut += 1;
    const holding = onCut?.(cut);
    if (holding === undefined) {
      connection.cut();
      return;
    }
    connection.client.pause();
    void holding.finally(connection.cut);
  });
  return {
    ...wire,
    cutAfter(wanted, listener) {
      cuts = wanted;
      onCut = listener;
    },
    carriedBytes: () => carried,
  };
}
