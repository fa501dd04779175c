import type { ReceiveState } from '../../../electron/contracts/bridge.ts';
import type { Obstacle, Platform } from '../../i18n/connection-messages.ts';

type Open = Extract<ReceiveState, { on: true }>;

/** What to look at when no device comes. */
export interface ConnectionHints {
  /** What is known to be in the way; null when it is not known. */
  readonly found: Obstacle | null;
  /** What may be, the likeliest first. */
  readonly others: readonly Obstacle[];
}

const USUAL: readonly Obstacle[] = ['same-network', 'guest-network', 'firewall', 'maybe-vpn'];

export function connectionHints({ network, knock, fingerprint }: Pick<Open, 'network' | 'knock' | 'fingerprint'>): ConnectionHints {
  if (network === 'none' || network === 'not-there') return { found: network, others: [] };
  // Whoever knocked came through network, guest network and firewall.
  if (knock?.kind === 'unknown-name') return { found: 'unknown-name', others: [] };
  if (knock?.kind === 'closed-early') return { found: fingerprint === null ? 'hung-up' : 'not-trusted', others: [] };
  if (network === 'self-assigned') return { found: network, others: ['same-network'] };
  if (network === 'vpn') return { found: network, others: USUAL.filter((each) => each !== 'maybe-vpn') };
  return { found: null, others: USUAL };
}

/** What lets devices in to a port, for a terminal; none where only the system's settings do. */
export function firewallCommands(platform: Platform, port: string): readonly string[] {
  switch (platform) {
    case 'linux': return [`sudo ufw allow ${port}/tcp`, `sudo firewall-cmd --add-port=${port}/tcp`];
    case 'win32': return [`New-NetFirewallRule -DisplayName Slipway -Direction Inbound -Protocol TCP -LocalPort ${port} -Action Allow`];
    case 'darwin': return [];
    default: return platform satisfies never;
  }
}

/** Of a base URL; '' where there is none. */
export function portOf(address: string): string {
  if (!URL.canParse(address)) return '';
  const { port, protocol } = new URL(address);
  return port !== '' ? port : protocol === 'https:' ? '443' : '80';
}
