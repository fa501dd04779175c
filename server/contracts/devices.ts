/** What a device may do that has the code. `always`: send; `ask`: send, after the owner said yes if that is the setting; `no`: nothing. */
export const DEVICE_RIGHTS = ['always', 'ask', 'no'] as const;

export type DeviceRight = (typeof DEVICE_RIGHTS)[number];

/** A page in a browser, known by a secret of its own making, or the programs at one address. */
export type DeviceKind = 'page' | 'api';

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
}

/** Body of `POST /api/devices/:id`. */
export interface DeviceBody {
  readonly allowed: DeviceRight;
}
