import { MOST_PROVABLE, PROVABLE_ADDRESS } from '../contracts/proof.ts';

/** Computers that wander collect addresses; a page is seldom older than a few of them. */
const MOST_KNOWN = 64;

/** Origins of pages that came from here. */
export interface OwnOrigins {
  /** Also one that this computer had a while ago: a page that has lost it looks for it elsewhere. */
  has(origin: string): boolean;
  /**
   * The other addresses at which a page can recognize this computer, for a page of one of its addresses; for a page by another name,
   * as through a proxy, there are none. @param host Host header of the page's request
   */
  besides(host: string | undefined): readonly string[];
}

/** @param addresses base URLs that lead here now, best first */
export function createOwnOrigins(addresses: () => readonly string[]): OwnOrigins {
  const known = new Set<string>();

  function look(): readonly string[] {
    const now = addresses().map((address) => new URL(address).origin);
    for (const origin of now) {
      known.delete(origin);
      known.add(origin);
    }
    for (const oldest of [...known].slice(0, Math.max(0, known.size - MOST_KNOWN))) known.delete(oldest);
    return now;
  }

  return {
    has(origin) {
      look();
      return known.has(origin);
    },
    besides(host = '') {
      const now = look();
      const own = `http://${host.toLowerCase()}`;
      return now.includes(own) ? now.filter((origin) => origin !== own && PROVABLE_ADDRESS.test(origin)).slice(0, MOST_PROVABLE) : [];
    },
  };
}
