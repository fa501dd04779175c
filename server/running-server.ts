import type { DuplicateRules } from './contracts/duplicates.ts';
import type { Knock, LanNetwork, LanWay, NetworkState } from './contracts/lan.ts';
import type { FailureCode } from './contracts/failure.ts';
import type { Recovered } from './uploads/resumable/recovered.ts';

/** The side that other devices can reach; more listeners of the same server. */
export interface LanSide {
  /** Base URLs, best first; none while this computer is in no network, or in none of those that were chosen. */
  readonly addresses: readonly string[];
  /** The same with what their QR codes say. */
  readonly ways: readonly LanWay[];
  /** The best address with an invitation in the fragment; '' while there is none. */
  readonly link: string;
  /** What lets a guest in, as a person types it. There is another one when it was guessed at too often. */
  readonly code: string;
  /** SHA-256 of its certificate, as browsers show it; null over plain HTTP. */
  readonly fingerprint: string | null;
  readonly network: NetworkState;
}

export interface LanOptions {
  /** Address to listen on; `0.0.0.0` for all, of IPv6 too. */
  readonly host: string;
  readonly port: number;
  /** Only on the addresses of these interfaces, whichever they have at the time; null or absent: as `host` says. */
  readonly interfaces?: readonly string[] | null;
  /** With a certificate made on this computer; default: plain HTTP. */
  readonly https?: boolean;
  /** Told when anything of it is another: addresses, the certificate, or the code, when it was guessed at too often. */
  readonly onChange?: (side: LanSide) => void;
  /** Told when somebody reached it and yet did not come in. */
  readonly onKnock?: (knock: Knock) => void;
}

/** A server that is listening. */
export interface RunningServer {
  /** Base URL without a slash at the end. */
  readonly url: string;
  /** Base URLs, best first. */
  readonly addresses: readonly string[];
  /** SHA-256 of its certificate, as browsers show it; null over plain HTTP. */
  readonly fingerprint: string | null;
  /** What lets a guest in now, as a person types it; null on a server that asks for none. */
  readonly code: string | null;
  /** The addresses with an invitation in the fragment, which lets in whoever opens one; best first. */
  readonly links: readonly string[];
  /** What an earlier run left unfinished in the upload folder, as found at the start. */
  readonly recovered: Recovered;
  /**
   * Opens the LAN side of a hosted server, with a new code; when it is open already, it is opened again as asked, with the code it has,
   * unless nothing of it would change.
   * @throws Failure PORT_IN_USE, ADDRESS_NOT_AVAILABLE
   */
  openLan(options: LanOptions): Promise<LanSide>;
  /** Closes it and its connections within a second; resolves also when it is not open. */
  closeLan(): Promise<void>;
  /** The network cards of this computer, those that a phone is likely to reach first. */
  networks(): readonly LanNetwork[];
  /** Looks at the networks now instead of within two seconds: the computer has just woken up. */
  lookAtNetworks(): Promise<void>;
  /**
   * From now on new uploads land there; those under way finish where they began.
   * @throws Failure CONFIG_DEST_NOT_WRITABLE
   */
  useFolder(folder: string): Promise<void>;
  /** From now on this is what becomes of names that exist already; what is announced stays as it was announced. */
  useDuplicates(rules: DuplicateRules): void;
  /** Asks the owner before a device sends from now on, or no longer: then whoever waits may. */
  useAsking(asks: boolean): void;
  /** Absolute path of a stored upload, also of an earlier run; null when it is not stored or unknown. */
  locate(id: string): string | null;
  /**
   * Ends uploads that their sender finds it cannot send as announced; what has ended already stays as it is. What came of a
   * resumable one is removed when the code is of the file itself (FILE_CHANGED, FILE_UNREADABLE), and stays otherwise. What runs is
   * told at once; resolves when the records say so. Never rejects: a part that cannot be removed goes when it is too old.
   */
  giveUp(ids: readonly string[], code: FailureCode): Promise<void>;
  /** Uploads that are waiting, being received or finishing. @param except ids that do not count */
  activeUploads(except?: ReadonlySet<string>): number;
  /** Uploads that are being received or finishing. */
  movingUploads(): number;
  /** The same, of other devices only. */
  deviceUploads(): number;
  /** Stops listening, ends what runs with SHUTTING_DOWN, cleans up. Resolves within 10 s. */
  stop(): Promise<void>;
}
