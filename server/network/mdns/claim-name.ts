import type { Log } from '../../log.ts';
import type { MdnsCard } from './mdns-card.ts';
import { mdnsNames, type MdnsNames } from './mdns-names.ts';

const PROBES = 3;
/** After more conflicts than this it takes its time (RFC 6762, section 8.1). */
const MOST_CONFLICTS = 15;
const CONFLICT_PAUSE = 20;
/** A second: between two announcements (section 8.3), and before asking again when somebody else asked too (section 8.2). */
const SECOND = 4;

/** How a name becomes ours: asked for on every card, told when nobody objects, given up when somebody does. */
export interface NameClaim {
  /** Null until nobody has objected. */
  name(): string | null;
  /** Those that are asked for or ours; null: all are taken. */
  names(): MdnsNames | null;
  /** Asks on all cards where the names are not ours yet. @param isElsewhere in another network, where other names are taken */
  start(isElsewhere: boolean): void;
  /** Somebody has a name that is asked for or ours on that card. */
  lose(card: MdnsCard): void;
  /** Somebody asks for it in the same moment, and comes first. */
  giveWay(): void;
  /** There is nobody left to tell. */
  leave(): void;
  stop(): void;
}

interface NameClaimOptions {
  readonly computer: string;
  /** A quarter of a second, except in tests. */
  readonly paceMs: number;
  readonly cards: () => readonly MdnsCard[];
  /** Gives the cards the names that are asked for from now on. */
  readonly useNames: () => void;
  readonly onName: () => void;
  readonly log: Log;
}

export function createNameClaim({ computer, paceMs, cards, useNames, onName, log }: NameClaimOptions): NameClaim {
  let number = 1;
  let name: string | null = null;
  let conflicts = 0;
  let isProbing = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const names = (): MdnsNames | null => mdnsNames(number, computer);
  const unsure = (): readonly MdnsCard[] => cards().filter((card) => !card.isOurs());

  function later(factor: number, action: () => void): void {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(action, paceMs * factor).unref();
  }

  function begin(): void {
    isProbing = false;
    clearTimeout(timer);
    // By chance, so that computers that are turned on together do not ask in the same moment (section 8.1).
    if (names() !== null) later(conflicts > MOST_CONFLICTS ? CONFLICT_PAUSE : Math.random(), () => probe(PROBES));
  }

  function probe(left: number): void {
    if (left === 0) return void claim();
    isProbing = true;
    for (const card of unsure()) void card.probe();
    later(1, () => probe(left - 1));
  }

  function claim(): void {
    isProbing = false;
    for (const card of unsure()) void card.announce();
    later(SECOND, () => {
      for (const card of cards()) void card.announce();
    });
    setName(names()?.host ?? null);
  }

  function setName(now: string | null): void {
    if (isStopped || now === name) return;
    name = now;
    log('info', 'mdns:name', { name });
    onName();
  }

  function takeNext(): void {
    for (const each of cards()) void each.goodbye();
    number += 1;
    useNames();
    begin();
    if (names() === null) log('warn', 'mdns:all-names-taken');
    setName(null);
  }

  return {
    name: () => name,
    names,
    start(isElsewhere) {
      if (isElsewhere) conflicts = 0;
      if (isElsewhere && names() === null) number = 1;
      useNames();
      begin();
    },
    lose(card) {
      if (isStopped) return;
      conflicts += 1;
      if (card.isOurs()) {
        // Somebody says to have what is ours: whoever has it really says so again when asked (section 9).
        for (const each of cards()) each.doubt();
        begin();
      } else if (isProbing) takeNext();
    },
    giveWay() {
      if (!isProbing) return;
      isProbing = false;
      // The other one has it by then and says so, or was an echo of our own.
      later(SECOND, () => probe(PROBES));
    },
    leave: () => setName(null),
    stop() {
      isStopped = true;
      clearTimeout(timer);
      name = null;
    },
  };
}
