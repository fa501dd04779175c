import type { DuplicateRules } from './contracts/duplicates.ts';
import type { FailureCode } from './contracts/failure.ts';
import type { Recovered } from './uploads/resumable/recovered.ts';

/** The side that other devices can reach; a second listener of the same server. */
export interface LanSide {
  /** Base URLs, best first. */
  readonly addresses: readonly string[];
  /** What lets a guest in, as a person types it. There is another one when it was guessed at too often. */
  readonly code: string;
  /** The best address with an invitation in the fragment: what a QR code says. It outlives the code. */
  readonly link: string;
  /** The same as rows of modules, true is dark, without a quiet zone. */
  readonly qr: readonly (readonly boolean[])[];
  /** SHA-256 of its certificate, as browsers show it; null over plain HTTP. */
  readonly fingerprint: string | null;
}

export interface LanOptions {
  readonly host: string;
  readonly port: number;
  /** With a certificate made on this computer; default: plain HTTP. */
  readonly https?: boolean;
  /** Told a new code, as a person types it, when the one before was guessed at too often. */
  readonly onCode?: (code: string) => void;
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
   * Opens the LAN side of a hosted server, with a new code; when it is open already, answers what is.
   * @throws Failure PORT_IN_USE, ADDRESS_NOT_AVAILABLE
   */
  openLan(options: LanOptions): Promise<LanSide>;
  /** Closes it and its connections within a second; resolves also when it is not open. */
  closeLan(): Promise<void>;
  /**
   * From now on new uploads land there; those under way finish where they began.
   * @throws Failure CONFIG_DEST_NOT_WRITABLE
   */
  useFolder(folder: string): Promise<void>;
  /** From now on this is what becomes of names that exist already; what is announced stays as it was announced. */
  useDuplicates(rules: DuplicateRules): void;
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
  /** Stops listening, ends what runs with SHUTTING_DOWN, cleans up. Resolves within 10 s. */
  stop(): Promise<void>;
}
