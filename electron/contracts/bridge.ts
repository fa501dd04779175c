import type { DuplicateRules } from '../../server/contracts/duplicates.ts';
import type { FailureReport } from '../../server/contracts/failure.ts';
import type { Knock, LanNetwork, LanWay, NetworkState } from '../../server/contracts/lan.ts';

/** A request that the window asks main to make for it. Plain data only: file bytes never cross. */
export interface BridgedRequest {
  /** Chosen by the window; names the request for `fetch:abort`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with `/api/`; checked by main after resolving. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface BridgedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Any HTTP status is `ok: true`; only what never reached the server, or must not, is `ok: false`. */
export type BridgedAnswer =
  | { readonly ok: true; readonly response: BridgedResponse }
  | { readonly ok: false; readonly failure: BridgeFailure };

export const BRIDGE_FAILURES = {
  BRIDGE_REQUEST_DENIED: 'This request is not allowed.',
  IPC_SENDER_DENIED: 'This call came from an unexpected place.',
  PATH_NOT_GRANTED: 'This file was not dropped or picked by a person.',
  SERVER_UNREACHABLE: 'The upload server of this app does not answer.',
  ABORTED: 'The request was called off.',
  FOLDER_NOT_WRITABLE: 'This folder cannot be written to.',
  FILE_MISSING: 'The file is no longer there.',
  LAN_NOT_OPENED: 'The network side could not be opened.',
  NOT_POSSIBLE: 'This could not be done.',
} as const;

export type BridgeFailureCode = keyof typeof BRIDGE_FAILURES;

export interface BridgeFailure {
  readonly code: BridgeFailureCode;
  readonly message: string;
}

/** Answer of a call that can fail in expected ways; errors lose their shape over IPC, so they travel as data. */
export type Answer<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: BridgeFailure };

export interface SentFiles {
  readonly batch: string;
  /** Files found in what was dropped, folders walked. */
  readonly files: number;
  /** What was found but cannot be sent: name for people, and why. */
  readonly skipped: readonly { readonly name: string; readonly failure: FailureReport }[];
}

/** From here on a file is sent so that it can go on where it broke off. Below, sending again takes less than a second even over Wi-Fi. */
export const RESUMABLE_BYTES = 8 << 20;

/** What an earlier run left unfinished, by a crash or because somebody quit. */
export interface RecoveredUploads {
  /** Files of this window that go on by themselves; paused ones do not count. */
  readonly own: number;
  /** What other devices left, and only they can bring. */
  readonly others: number;
}

export interface DesktopSettings {
  /** Absolute path, for the owner's eyes. */
  readonly uploadFolder: string;
  /** For names that exist already. */
  readonly duplicates: DuplicateRules;
  readonly receive: ReceiveRules;
}

export interface Visitor {
  readonly name: string;
  readonly atMs: number;
}

/** When "Receive from phones" turns itself off; `idle`: when nothing has arrived for half an hour. */
export const OFF_RULES = ['never', '1h', '8h', 'idle'] as const;

export type OffRule = (typeof OFF_RULES)[number];

/** How "Receive from phones" is opened; kept for the next time. */
export interface ReceiveRules {
  /** Names of the network cards that other devices may come through; null for all, also those of later. */
  readonly networks: readonly string[] | null;
  readonly offAfter: OffRule;
}

/** What becomes of it by itself. */
export interface OffPlan {
  /** Null when it stays on, or when it is not known yet, because something is arriving. */
  readonly atMs: number | null;
  /** It is held open by what is arriving. */
  readonly isHeld: boolean;
}

/** "Receive from phones". */
export type ReceiveState =
  | {
      readonly on: false;
      /** When it turned itself off; absent when a person did, or it never was on. */
      readonly endedAtMs?: number;
    }
  | {
      readonly on: true;
      /** Base URLs, best first; none while this computer is in no network, or in none that was chosen. */
      readonly addresses: readonly string[];
      /** The same with what their QR codes say. */
      readonly ways: readonly LanWay[];
      /** As a person types it, for instance "K7M 4QX". */
      readonly code: string;
      /** The best address with an invitation in the fragment; '' while there is none. */
      readonly link: string;
      /** SHA-256 of the certificate, as browsers show it; null over plain HTTP. */
      readonly fingerprint: string | null;
      readonly network: NetworkState;
      /** The last time somebody reached this computer and did not come in; null since a device came. */
      readonly knock: Knock | null;
      readonly off: OffPlan;
      /** Devices that opened the page since the switch was turned on, newest first. */
      readonly visitors: readonly Visitor[];
    };

/**
 * What the preload puts at `window.desktop`. `FileObject` is the DOM's File; contracts know no DOM. Methods never reject for
 * an expected failure.
 */
export interface DesktopBridge<FileObject> {
  readonly platform: 'darwin' | 'win32' | 'linux';
  fetch(request: BridgedRequest): Promise<BridgedAnswer>;
  abortFetch(id: string): void;
  /** Sends dropped or picked files and folders; answers as soon as all are announced. */
  sendFiles(files: readonly FileObject[]): Promise<Answer<SentFiles>>;
  /** Opens the system's dialog; `null` when nothing was chosen. */
  pickAndSend(what: 'files' | 'folder'): Promise<Answer<SentFiles | null>>;
  /** Sends files of this window again that failed or were cancelled; an interrupted one goes on from what has arrived. */
  retry(ids: readonly string[]): Promise<Answer<null>>;
  /**
   * Holds files of this window back, until they are let go again; also over a restart. What has arrived of a large one stays; a small
   * one whose bytes travel already is let finish.
   * @param ids null for all, those included that are just being found in what was dropped
   */
  pause(ids: readonly string[] | null): Promise<Answer<null>>;
  /** Lets files go on that were paused or are interrupted. @param ids null for all */
  unpause(ids: readonly string[] | null): Promise<Answer<null>>;
  /** What was found at the start of the app; answers when it is known. */
  getRecovered(): Promise<RecoveredUploads>;
  /** Ids of what is paused. */
  getPaused(): Promise<readonly string[]>;
  /** Calls back soon after what is paused has changed; returns how to stop. */
  onPaused(listener: (ids: readonly string[]) => void): () => void;
  /** Shows a stored upload in the system's file manager; without an id, the upload folder. */
  showInFolder(id: string | null): Promise<Answer<null>>;
  getSettings(): Promise<DesktopSettings>;
  /** Opens the system's dialog; `null` when nothing was chosen. */
  chooseUploadFolder(): Promise<Answer<DesktopSettings | null>>;
  /** Holds for what is sent from now on. */
  setDuplicates(rules: DuplicateRules): Promise<Answer<DesktopSettings>>;
  getReceive(): Promise<ReceiveState>;
  setReceive(on: boolean): Promise<Answer<ReceiveState>>;
  /** Speaks HTTPS to other devices from now on, or no longer; kept for the next time. */
  setHttps(https: boolean): Promise<Answer<ReceiveState>>;
  /** The network cards of this computer, the likeliest for phones first. */
  getNetworks(): Promise<readonly LanNetwork[]>;
  /** Takes effect at once. */
  setReceiveRules(rules: ReceiveRules): Promise<Answer<DesktopSettings>>;
  /** Calls back at every change, also of visitors; returns how to stop. */
  onReceive(listener: (state: ReceiveState) => void): () => void;
  /** Asks before a device sends from now on, or no longer; kept for the next time. */
  setAsking(asks: boolean): Promise<Answer<null>>;
  /** Calls back when the list of devices, or of those who ask to send, has changed; returns how to stop. */
  onDevices(listener: () => void): () => void;
  /** Puts one line of text on the system's clipboard. */
  copyText(text: string): void;
  /** Shows progress on the window's entry in the taskbar or the dock. @param fraction between 0 and 1; null for none */
  showProgress(fraction: number | null): void;
  /** Called when the app's menu asks the window for something. */
  onMenu(listener: (command: MenuCommand) => void): () => void;
}

export type MenuCommand =
  | 'pick-files' | 'pick-folder' | 'pause-all' | 'resume-all' | 'retry-all' | 'cancel-all' | 'clear-finished' | 'toggle-receive' | 'toggle-history' | 'toggle-devices';
