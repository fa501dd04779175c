import type { BridgeFailureCode, OffRule } from '../../electron/contracts/bridge.ts';
import type { DeclinedCode, Declined } from '../composables/declined.ts';
import type { DeviceRight, DeviceWord } from '../../server/contracts/devices.ts';
import type { Format } from '../format.ts';
import type { ConnectionMessages } from './connection-messages.ts';
import type { Messages, VerdictCounts } from './messages.ts';

/** What the window's list holds; one that is paused here counts as nothing else. */
export interface WindowTotals {
  readonly total: number;
  readonly moving: number;
  readonly paused: number;
  readonly interrupted: number;
  readonly stored: number;
  readonly verified: number;
  readonly failed: number;
  readonly declined: number;
}

/** The words that only the window shows, in one language. */
export interface WindowMessages {
  readonly emptyTitle: string;
  readonly emptyText: string;
  readonly dropOverlay: string;
  readonly dropOverlayText: (folder: string) => string;
  readonly showInFolder: string;
  readonly openFolder: string;
  readonly clearFinished: string;
  readonly uploadFolder: string;
  readonly change: string;
  readonly folderAway: (folder: string) => string;
  readonly chooseAnother: string;
  /** Opens what the owner decides about names that exist already. */
  readonly sameNames: string;
  readonly guestsChoose: string;
  readonly totals: (counts: WindowTotals) => string;
  /** The verdict as the computer's person reads it. @param sender null where it stands beside it */
  readonly verdictFrom: (counts: VerdictCounts, declined: Declined, sender: string | null) => string;
  /** Of a file that did not come, or not wholly, because its owner saw to that. */
  readonly declined: Readonly<Record<DeclinedCode, string>>;
  /** Said of what another device left unfinished. */
  readonly waitsForDevice: string;
  readonly filter: string;
  readonly filters: Readonly<Record<'all' | 'moving' | 'attention' | 'stored', string>>;
  readonly nothingInFilter: string;
  readonly skipped: (count: number, first: string, reason: string) => string;
  readonly sentFrom: (sender: string, time: string) => string;
  readonly thisComputer: string;
  /** After a crash, or a quit with something under way: how much of this window's, and how much from other devices. */
  readonly recovered: (own: number, others: number) => string;
  readonly history: {
    readonly title: string;
    readonly close: string;
    readonly search: string;
    readonly notFound: (words: string) => string;
    readonly failed: string;
    readonly emptyTitle: string;
    readonly emptyText: string;
    /** Of a file that was moved, renamed or removed since. */
    readonly gone: string;
    readonly rowLabel: (name: string, isThere: boolean) => string;
    readonly clear: string;
    readonly clearTitle: string;
    readonly clearText: (count: number) => string;
    readonly clearAll: string;
    readonly keep: string;
  };
  readonly devices: {
    /** What devices call themselves that go by no brand. */
    readonly words: Readonly<Record<DeviceWord, string>>;
    readonly title: string;
    readonly close: string;
    readonly hint: string;
    readonly failed: string;
    readonly emptyTitle: string;
    readonly emptyText: string;
    readonly here: string;
    readonly lastSeen: (when: string) => string;
    readonly firstSeen: (day: string) => string;
    readonly sent: (files: string) => string;
    readonly rights: Readonly<Record<DeviceRight, string>>;
    readonly rightOf: (name: string) => string;
    /** Its access was ended; with the code it can come back. */
    readonly out: string;
    /** It cannot. */
    readonly refused: string;
    /** Before and after the question. */
    readonly endAsking: string;
    readonly end: string;
    readonly endOf: (name: string) => string;
    readonly remove: string;
    readonly removeOf: (name: string) => string;
    readonly endTitle: (name: string) => string;
    readonly endText: string;
    readonly keep: string;
  };
  /** What to look at when no device gets through. */
  readonly connection: ConnectionMessages;
  readonly asking: {
    readonly setting: string;
    /** What a device may do that is neither allowed always nor never, while that is on. */
    readonly first: string;
    /** @param what null when it did not say */
    readonly wants: (device: string, what: string | null, size: string | null) => string;
    readonly hint: string;
    readonly others: (count: number) => string;
    readonly once: string;
    readonly always: string;
    readonly no: string;
  };
  readonly bridgeFailures: Readonly<Partial<Record<BridgeFailureCode, string>>>;
  readonly receive: {
    readonly title: string;
    readonly off: string;
    readonly on: string;
    readonly scan: string;
    readonly qrLabel: (link: string) => string;
    readonly code: string;
    readonly or: string;
    readonly waiting: string;
    readonly opened: (visitor: string) => string;
    readonly https: string;
    readonly httpsOff: string;
    readonly httpsOn: string;
    readonly otherAddresses: (count: number) => string;
    readonly showQr: string;
    readonly showQrOf: (address: string) => string;
    readonly settings: string;
    readonly offAfter: string;
    readonly offRules: Readonly<Record<OffRule, string>>;
    /** @param duration in words */
    readonly offIn: (duration: string) => string;
    readonly heldOpen: string;
    /** It turned itself off. */
    readonly ended: (time: string) => string;
    readonly networks: string;
    readonly allNetworks: string;
    readonly onlyNetworks: string;
    readonly networkAway: string;
  };
}

export type CreateWindowMessages = (shared: Messages, format: Format) => WindowMessages;
