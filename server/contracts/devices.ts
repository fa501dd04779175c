/** What a device may do that has the code. `always`: send; `ask`: send, after the owner said yes if that is the setting; `no`: nothing. */
export const DEVICE_RIGHTS = ['always', 'ask', 'no'] as const;

export type DeviceRight = (typeof DEVICE_RIGHTS)[number];

/** A page in a browser, known by a secret of its own making, or the programs at one address. */
export type DeviceKind = 'page' | 'api';

/** What devices are called here that go by no brand; who shows it may say it in another language. */
export const DEVICE_WORDS = ['Android phone', 'Android tablet', 'Windows PC', 'Linux PC', 'Unknown device'] as const;

export type DeviceWord = (typeof DEVICE_WORDS)[number];

/** Somebody who was let in. */
export interface Device {
  /** The same as `sender.id` in its uploads. */
  readonly id: string;
  /** What a person would call it: "iPhone (Safari)", "curl". It is what the device says of itself. */
  readonly name: string;
  readonly kind: DeviceKind;
  readonly firstSeenAtMs: number;
  readonly lastSeenAtMs: number;
  readonly allowed: DeviceRight;
  /** False when its access was ended and it has not come back with the code since. */
  readonly hasAccess: boolean;
  /** How many of the files in the list of what arrived are from it. */
  readonly storedFiles: number;
}

/** Answer of `GET /api/devices`; last seen first. */
export interface DevicesReply {
  readonly devices: readonly Device[];
  /** The owner is asked before a device sends that is not always allowed. */
  readonly asks: boolean;
  /** Devices that wait for the owner's word, the one that waits longest first. */
  readonly questions: readonly Question[];
}

/** A device wants to send. It waits until it is answered; after 10 minutes the answer is no. */
export interface Question {
  readonly id: string;
  readonly device: Pick<Device, 'id' | 'name' | 'kind'>;
  /** What it announced; 0 when it began to send without. */
  readonly files: number;
  /** Of all these; null when nobody knows. */
  readonly bytes: number | null;
  /** Names of the first few, as they would be in the folder. */
  readonly names: readonly string[];
  readonly askedAtMs: number;
}

/** `once`: what it wants to send now. `always`: that, and whatever it sends later. `no`: nothing of that; it may ask again. */
export const ANSWERS = ['once', 'always', 'no'] as const;

export type Answer = (typeof ANSWERS)[number];

/** Body of `POST /api/questions/:id`. */
export interface AnswerBody {
  readonly answer: Answer;
}

/** Body of `POST /api/devices/:id`. */
export interface DeviceBody {
  readonly allowed: DeviceRight;
}
