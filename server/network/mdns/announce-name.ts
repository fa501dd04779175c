import { setTimeout as wait } from 'node:timers/promises';
import { systemErrorCode } from '../../failure.ts';
import type { Log } from '../../log.ts';
import type { RankedAddress } from '../network-address.ts';
import { createNameClaim } from './claim-name.ts';
import { openMdnsCard, type MdnsCard } from './mdns-card.ts';
import type { MdnsSettings } from './mdns-settings.ts';
import { mdnsSpeakers, type MdnsSpeaker } from './mdns-speakers.ts';

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
  const said = new Set<string>();
  const told = new Set<string>();
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();
  const claim = createNameClaim({ computer, paceMs: settings.paceMs, cards: () => [...cards.values()], useNames: () => void useNames(), onName, log });

  function trouble(error: unknown): void {
    const code = systemErrorCode(error) ?? (error instanceof Error ? error.name : 'UNKNOWN');
    if (told.has(code)) return;
    told.add(code);
    log('warn', 'mdns:trouble', { code });
  }

  /** Tells each open card what is so now. @returns who is to speak */
  function useNames(): ReadonlyMap<string, MdnsSpeaker> {
    const now = reach();
    const wanted = mdnsSpeakers(now?.addresses ?? []);
    const names = claim.names();
    if (now !== null && names !== null) for (const [key, speaker] of wanted) cards.get(key)?.use(names, now.port, speaker);
    return wanted;
  }

  async function follow(): Promise<void> {
    if (isClosed) return;
    const wanted = useNames();
    for (const [key, card] of [...cards].filter(([each]) => !wanted.has(each))) {
      cards.delete(key);
      void card.goodbye().then(() => card.close());
    }
    const opened = await Promise.all([...wanted].filter(([key]) => !cards.has(key)).map(([key, speaker]) => open(key, speaker)));
    if (cards.size === 0) claim.leave();
    if (opened.includes(true)) claim.start(true);
  }

  async function open(key: string, speaker: MdnsSpeaker): Promise<boolean> {
    try {
      const card: MdnsCard = await openMdnsCard({ speaker, settings, said, onTrouble: trouble, onConflict: () => claim.lose(card), onGiveWay: () => claim.giveWay() });
      cards.set(key, card);
      return true;
    } catch (error) {
      // Tried again at the next look.
      trouble(error);
      return false;
    }
  }

  return {
    name: claim.name,
    follow() {
      turn = turn.then(follow).catch(trouble);
    },
    async close() {
      isClosed = true;
      claim.stop();
      const end = turn.then(() => Promise.all([...cards.values()].map((card) => card.goodbye().then(() => card.close()))));
      await Promise.race([end.catch(trouble), wait(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}
