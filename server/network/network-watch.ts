import type { Routes } from './default-route.ts';
import type { NetworkAddress, RankedAddress } from './network-address.ts';
import { rankAddresses } from './rank-addresses.ts';

/** Wi-Fi changes, cables are pulled, a computer wakes in another house; no system tells Node of it. */
const LOOK_EVERY_MS = 2000;

/** Where what is known of networks comes from. */
export interface NetworkSource {
  readonly addresses: () => readonly NetworkAddress[];
  readonly routes: (found: readonly NetworkAddress[]) => Promise<Routes>;
}

/** This computer's addresses, kept up to date while somebody listens. */
export interface NetworkWatch {
  /** As they were at the last look, the likeliest to be reached first. */
  addresses(): readonly RankedAddress[];
  /** Asks the system anew, all but where it goes out. */
  reread(): readonly RankedAddress[];
  routes(): Routes;
  /** Looks now; resolves when those who listen have been told, if anything changed. */
  look(): Promise<void>;
  /** Looks from time to time as long as somebody listens. @param listener told at every look @returns how to stop */
  onLook(listener: (isChanged: boolean) => void): () => void;
}

export async function createNetworkWatch({ addresses: read, routes: readRoutes }: NetworkSource): Promise<NetworkWatch> {
  const listeners = new Set<(isChanged: boolean) => void>();
  let found = read();
  let routes = await readRoutes(found);
  let ranked = rankAddresses(found, routes.defaultName);
  let told = signature();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  function signature(): string {
    return JSON.stringify([ranked, routes]);
  }

  function reread(): readonly RankedAddress[] {
    found = read();
    return (ranked = rankAddresses(found, routes.defaultName));
  }

  async function lookOnce(): Promise<void> {
    routes = await readRoutes(read());
    reread();
    const now = signature();
    const isChanged = now !== told;
    told = now;
    for (const listener of listeners) listener(isChanged);
  }

  const look = (): Promise<void> => (looking ??= lookOnce().finally(() => (looking = undefined)));

  return {
    addresses: () => ranked,
    reread,
    routes: () => routes,
    look,
    onLook(listener) {
      listeners.add(listener);
      timer ??= setInterval(() => void look(), LOOK_EVERY_MS).unref();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
