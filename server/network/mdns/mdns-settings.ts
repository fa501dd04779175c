/** How names are announced. */
export interface MdnsSettings {
  /** UDP port on which all listen. */
  readonly port: number;
  /** Between two probes; everything else follows from it. */
  readonly paceMs: number;
}

/** RFC 6762, sections 1 and 8.1. */
export const USUAL_MDNS: MdnsSettings = { port: 5353, paceMs: 250 };
