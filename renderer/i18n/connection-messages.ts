import type { DesktopBridge } from '../../electron/contracts/bridge.ts';

export type Platform = DesktopBridge<never>['platform'];

/** What may stand between a phone and this computer. The first seven are known to be so; the others are to be looked at, in this order. */
export const OBSTACLES = [
  'none', 'not-there', 'self-assigned', 'unknown-name', 'not-trusted', 'hung-up', 'vpn',
  'same-network', 'guest-network', 'firewall', 'maybe-vpn',
] as const;

export type Obstacle = (typeof OBSTACLES)[number];

/** What to look at when no device gets through, in one language. */
export interface ConnectionMessages {
  readonly title: string;
  /** When the reason is known. */
  readonly foundTitle: string;
  /** What it is, then what to do. */
  readonly obstacles: Readonly<Record<Exclude<Obstacle, 'firewall'>, readonly [what: string, todo: string]>>;
  readonly firewall: Readonly<Record<Platform, readonly [what: string, todo: string]>>;
  readonly copy: string;
  readonly copied: string;
}
