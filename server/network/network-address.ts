/** What an address belongs to: a card in this computer, something inside it (containers, virtual machines), or a way to elsewhere (VPN). */
export type NetworkKind = 'physical' | 'virtual' | 'tunnel';

/** An address of this computer, as the system tells it. */
export interface NetworkAddress {
  /** Name of its interface, as the system calls it: "wlan0", "en0", "Wi-Fi". */
  readonly name: string;
  readonly address: string;
  readonly family: 4 | 6;
  readonly netmask: string;
  /** Hardware address, "0a:00:27:00:00:00"; zeros where there is none. */
  readonly mac: string;
}

/** The same, judged by how likely a phone in the same room reaches it. */
export interface RankedAddress extends NetworkAddress {
  readonly kind: NetworkKind;
  /** Its interface leads out, to where the router is. */
  readonly isDefault: boolean;
  /** Nobody gave it: the computer found no network that answers and took one itself. */
  readonly isSelfAssigned: boolean;
}
