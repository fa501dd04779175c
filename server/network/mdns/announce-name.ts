import { setTimeout as wait } from 'node:timers/promises';
import { systemErrorCode } from '../../failure.ts';
import type { Log } from '../../log.ts';
import type { RankedAddress } from '../network-address.ts';
import { openMdnsCard, type MdnsCard } from './mdns-card.ts';
import { mdnsNames, type MdnsNames } from './mdns-names.ts';
import type { MdnsSettings } from './mdns-settings.ts';

/** Most network cards on which the name is announced: the likeliest ones. */
const MOST_CARDS = 8;
const PROBES = 3;
/** After more conflicts than this it takes its time (RFC 6762, section 8.1). */
const MOST_CONFLICTS = 15;
const CONFLICT_PAUSE = 20;
const CLOSE_MS = 500;

/** Tells neighbours a name for this computer (RFC 6762), on each network card with the addresses there. */
export interface Announcer {
  /** Null until nobody has objected. */
  name(): string | null;
  /** Says what is reachable now. Never throws. */
  follow(): void;
  /** Takes everything back; within half a second or so. Never rejects. */
  close(): Promise<void>;
}

interface AnnouncerOptions {
  /** What its owner calls this computer. */
  readonly computer: string;
  /** What can be reached now, best first; null: nothing. */
  readonly reach: () => { readonly port: number; readonly addresses: readonly RankedAddress[] } | null;
  readonly settings: MdnsSettings;
  /** Told when there is a name, another one, or none any more. */
  readonly onName: () => void;
  readonly log: Log;
}

export function createAnnouncer({ computer, reach, settings, onName, log }: AnnouncerOptions): Announcer {
  const cards = new Map<string, MdnsCard>();
  const told = new Set<string>();
  const closing = new AbortController();
  let number = 1;
  let name: string | null = null;
  let conflicts = 0;
  let isProbing = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  function trouble(error: unknown): void {
    const code = systemErrorCode(error) ?? (error instanceof Error ? error.name : 'UNKNOWN');
    if (told.has(code)) return;
    told.add(code);
    log('warn', 'mdns:trouble', { code });
  }

  function later(factor: number, action: () => void): void {
    clearTimeout(timer);
    if (!closing.signal.aborted) timer = setTimeout(action, settings.paceMs * factor).unref();
  }

  const unsure = (): readonly MdnsCard[] => [...cards.values()].filter((card) => !card.isOurs());

  function start(): void {
    isProbing = false;
    clearTimeout(timer);
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
    later(4, () => {
      for (const card of cards.values()) void card.announce();
    });
    setName(names()?.host ?? null);
  }

  function setName(now: string | null): void {
    if (now === name) return;
    name = now;
    log('info', 'mdns:name', { name });
    onName();
  }

  const names = (): MdnsNames | null => mdnsNames(number, computer);

  function conflict(card: MdnsCard): void {
    if (closing.signal.aborted) return;
    conflicts += 1;
    if (card.isOurs()) {
      // Somebody says to have what is ours: whoever has it really says so again when asked (section 9).
      for (const each of cards.values()) each.doubt();
      return void start();
    }
    if (!isProbing) return;
    for (const each of cards.values()) void each.goodbye();
    number += 1;
    followOn();
    start();
    if (names() === null) log('warn', 'mdns:all-names-taken');
    setName(null);
  }

  /** Tells each open card what is so now. @returns those that are not open yet, by name and address */
  function followOn(): ReadonlyMap<string, { readonly address: string; readonly own: readonly RankedAddress[] }> {
    const now = reach();
    const wanted = cardsOf(now?.addresses ?? []);
    const all = names();
    if (now !== null && all !== null) for (const [key, { own }] of wanted) cards.get(key)?.use(all, now.port, own);
    return wanted;
  }

  async function follow(): Promise<void> {
    if (closing.signal.aborted) return;
    const wanted = followOn();
    for (const [key, card] of [...cards].filter(([each]) => !wanted.has(each))) {
      cards.delete(key);
      void card.goodbye().then(() => card.close());
    }
    const isNew = (await Promise.all([...wanted].filter(([key]) => !cards.has(key)).map(([key, { address }]) => open(key, address)))).includes(true);
    if (cards.size === 0) setName(null);
    if (!isNew) return;
    // Another network, where other names are taken.
    conflicts = 0;
    if (names() === null) number = 1;
    followOn();
    start();
  }

  async function open(key: string, address: string): Promise<boolean> {
    try {
      const card: MdnsCard = await openMdnsCard({ address, settings, onTrouble: trouble, onConflict: () => conflict(card) });
      cards.set(key, card);
      return true;
    } catch (error) {
      // Tried again at the next look.
      trouble(error);
      return false;
    }
  }

  return {
    name: () => name,
    follow() {
      turn = turn.then(follow).catch(trouble);
    },
    async close() {
      closing.abort();
      clearTimeout(timer);
      name = null;
      const end = turn.then(() => Promise.all([...cards.values()].map((card) => card.goodbye().then(() => card.close()))));
      await Promise.race([end.catch(trouble), wait(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

/** A card is known by its name and the address that speaks for it: with another one, it is another network. */
function cardsOf(addresses: readonly RankedAddress[]): ReadonlyMap<string, { readonly address: string; readonly own: readonly RankedAddress[] }> {
  const found = new Map<string, { readonly address: string; readonly own: readonly RankedAddress[] }>();
  // A VPN leads to people who are not in this room.
  for (const { name, address } of addresses.filter(({ family, kind }) => family === 4 && kind !== 'tunnel')) {
    const own = addresses.filter((each) => each.name === name);
    const isFirst = own.find(({ family }) => family === 4)?.address === address;
    if (isFirst && found.size < MOST_CARDS) found.set(`${name} ${address}`, { address, own });
  }
  return found;
}
