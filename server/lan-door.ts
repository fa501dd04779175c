import { encode } from 'uqr';
import type { Access } from './access/access.ts';
import type { Certificate } from './access/certificate.ts';
import { readableCode } from './access/code.ts';
import type { Listener } from './http/listener.ts';
import type { Log } from './log.ts';
import type { LanOptions, LanSide } from './running-server.ts';

/** The second listener of a hosted server, for other devices; shut until somebody opens it. */
export interface LanDoor {
  /** With codes of its own each time; when it is open already, answers what is. @throws as the listener */
  open(options: LanOptions): Promise<LanSide>;
  /** @param graceMs what runs may take to end */
  close(graceMs: number): Promise<void>;
}

interface LanDoorOptions {
  readonly log: Log;
  readonly letIn: (onCode: LanOptions['onCode']) => Promise<Access>;
  readonly listen: (host: string, port: number, access: Access, certificate: Certificate | null) => Promise<Listener>;
  readonly certificateFor: (host: string) => Promise<Certificate>;
  /** Base URLs, best first. */
  readonly addressesOf: (host: string, port: number, certificate: Certificate | null) => readonly string[];
}

export function createLanDoor({ log, letIn, listen, addressesOf, certificateFor }: LanDoorOptions): LanDoor {
  let opened: { readonly listener: Listener; readonly side: () => LanSide } | undefined;

  return {
    async open({ host, port, https = false, onCode }) {
      if (opened !== undefined) return opened.side();
      const access = await letIn(onCode);
      const certificate = https ? await certificateFor(host) : null;
      const listener = await listen(host, port, access, certificate);
      const side = (): LanSide => {
        const addresses = addressesOf(host, listener.port, certificate);
        const link = guestLink(addresses[0] ?? '', access);
        return { addresses, code: readableCode(access.code() ?? ''), link, qr: encode(link, { border: 0 }).data, fingerprint: certificate?.fingerprint ?? null };
      };
      opened = { listener, side };
      log('info', 'lan:opened', { port: listener.port });
      return side();
    },
    async close(graceMs) {
      const closing = opened;
      opened = undefined;
      await closing?.listener.close(graceMs);
    },
  };
}

/** An address that lets in whoever opens it; browsers keep what is behind the # to themselves. */
export function guestLink(address: string, { invitation }: Access): string {
  return invitation === null ? address : `${address}/#${invitation}`;
}
