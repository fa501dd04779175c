/** RFC 6762, section 3: names that hold on one link only. */
const DOMAIN = 'local';
const HOST = 'slipway';
/** A label of a name, in bytes (RFC 1035, section 2.3.4). */
const MOST_LABEL_BYTES = 63;
/** After that many taken names this computer goes without: others could make it take ever new ones. */
const MOST_NAMES = 9;

export const SERVICE = `_http._tcp.${DOMAIN}`;
export const ALL_SERVICES = `_services._dns-sd._udp.${DOMAIN}`;

/** Names that are announced together, or not at all. */
export interface MdnsNames {
  /** "slipway.local" */
  readonly host: string;
  /** "Tower._http._tcp.local": how lists of what is in the network show it. */
  readonly instance: string;
}

/** @param number from 1: the how-manieth try @param computer what its owner calls it @returns null after the last try */
export function mdnsNames(number: number, computer: string): MdnsNames | null {
  const host = HOSTS[number - 1];
  const ending = number === 1 ? '' : ` (${number})`;
  return host === undefined ? null : { host, instance: `${labelOf(computer, MOST_LABEL_BYTES - ending.length)}${ending}.${SERVICE}` };
}

const HOSTS: readonly string[] = Array.from({ length: MOST_NAMES }, (_, index) => `${index === 0 ? HOST : `${HOST}-${index + 1}`}.${DOMAIN}`);

/** Every name that this computer may come to have in a network. A certificate for all of them need not change when the name does. */
export function possibleHosts(): readonly string[] {
  return HOSTS;
}

/** One label: dots would make it several, and control characters have no place in a list. */
function labelOf(text: string, mostBytes: number): string {
  let label = '';
  for (const character of text.replace(/[\p{C}.\\\s]+/gu, ' ').trim()) {
    if (Buffer.byteLength(label + character) > mostBytes) break;
    label += character;
  }
  return label === '' ? 'Slipway' : label;
}
