/** What is known of the way between this computer and a phone, before one has come. */
export type NetworkState =
  | 'fine'
  /** In no network at all. */
  | 'none'
  /** Cable or Wi-Fi is there, but nobody gives addresses. */
  | 'self-assigned'
  /** What leaves goes through a VPN, which may keep neighbours away. */
  | 'vpn'
  /** None of the networks that the owner chose is there. */
  | 'not-there';

/** Somebody reached this computer, and yet the page was not opened. */
export interface Knock {
  readonly kind:
    /** Asked for a name or an address that we do not know. */
    | 'unknown-name'
    /** Ended the connection before asking for anything; with HTTPS, as browsers do that do not trust the certificate. */
    | 'closed-early';
  readonly atMs: number;
}

/** One way in, as the window offers it. */
export interface LanWay {
  /** Base URL. */
  readonly address: string;
  /** What the computer calls the network card behind it. */
  readonly network: string;
  /** The address with an invitation in the fragment: what a QR code says. It outlives the code. */
  readonly link: string;
  /** The same as rows of modules, true is dark, without a quiet zone. */
  readonly qr: readonly (readonly boolean[])[];
}

/** A network card, or what passes for one, that other devices may come through. */
export interface LanNetwork {
  readonly name: string;
  readonly kind: 'physical' | 'virtual' | 'tunnel';
  /** Without those that the computer gave itself for this link alone. */
  readonly addresses: readonly string[];
}
