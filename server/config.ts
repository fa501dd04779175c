import type { ConnectionLimits } from './http/connections/connection-limits.ts';
import type { DuplicateRules } from './contracts/duplicates.ts';
import type { UnfinishedLimits } from './uploads/unfinished-limits.ts';
import type { MdnsSettings } from './network/mdns/mdns-settings.ts';
import type { NetworkSource } from './network/network-watch.ts';

/** What a server is started with. Everything but the folder has a default. */
export interface ServerConfig {
  /** Upload folder, absolute; created when its parent exists. */
  readonly folder: string;
  /** Addresses to listen on; default 127.0.0.1: loopback only unless told otherwise. */
  readonly host?: string | readonly string[];
  /** Listen on the addresses of these network interfaces instead, whichever they have at the time. */
  readonly interfaces?: readonly string[];
  /** Where what is known of this computer's networks comes from; default: its system. */
  readonly networkSource?: NetworkSource;
  /** Tells other devices a name for this computer while they can reach it; absent: none. */
  readonly mdns?: MdnsSettings;
  /** Called with an invitation that has that name in it, when it has become known. */
  readonly onAnnounced?: (link: string) => void;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** A code of one's own; absent: one is made; null: no code is asked for. */
  readonly code?: string | null;
  /** Speak HTTPS, with a certificate made on this computer; default: plain HTTP. */
  readonly https?: boolean;
  /** Where what only this user may read is kept (keys); default: in the upload folder's staging, which several processes share. */
  readonly secretFolder?: string;
  /** Token of the owner's window; without one nobody is the owner. */
  readonly ownerToken?: string;
  /** Folder with the built page; without one, `/` answers 404. */
  readonly pageFolder?: string;
  /** `memory:` (default), `redis://…` or `memcached://…` */
  readonly cacheUrl?: string;
  /** Bytes; absent: the disk is the limit. */
  readonly maxFileBytes?: number;
  /** Bytes of a whole request; absent: as large as one file may be. */
  readonly maxRequestBytes?: number;
  /** Bytes that uploads must leave free on the disk; default 64 MiB. */
  readonly reserveBytes?: number;
  /** Most bytes that the upload folder may hold, everything in it counted; absent: the disk is the limit. */
  readonly quotaBytes?: number;
  /** An upload that brings no byte for this long has stalled; default 30,000 ms. */
  readonly stallTimeoutMs?: number;
  /** Requests that may bring files at the same time; default 256. */
  readonly maxUploads?: number;
  /** Uploads that may be unfinished at once; default: 20,000 of one sender, of which 5,000 can be resumed, and five times as many of all. */
  readonly unfinishedUploads?: Partial<UnfinishedLimits>;
  /** What connections may take; default: 32 of one address at once, 15 s for a request's head, 30 s for an answer that is not read. */
  readonly connectionLimits?: Partial<ConnectionLimits>;
  /** Unfinished uploads that can be resumed are kept this long after their last byte; default 7 days. */
  readonly keepMs?: number;
  /** Further names this server answers to, `host` or `host:port`; for a proxy in front. */
  readonly allowedHosts?: readonly string[];
  /**
   * Proxies in front, as addresses or ranges such as 10.0.0.0/8: whom they name in X-Forwarded-For is where a request comes from. From
   * anybody else that header says nothing.
   */
  readonly trustedProxies?: readonly string[];
  /** For names that exist already; default: keep both, and guests may name nothing else. */
  readonly duplicates?: DuplicateRules;
  /** Marks a file that another device sent, before it gets its name; default: as this system does it. An upload arrives also where it fails. */
  readonly markForeign?: (path: string) => Promise<void>;
  /** Tell the log of every request, at level `debug`. */
  readonly logsRequests?: boolean;
  /** What a person calls this computer; default: its host name. */
  readonly name?: string;
  /** Called with a new code, as a person types it, when one that was made here was guessed at too often. */
  readonly onCode?: (code: string) => void;
  /** Ask the owner before a device sends that is not always allowed; needs an owner. Default: the code is enough. */
  readonly asks?: boolean;
  /** Called with the name of a device that asks to send. */
  readonly onQuestion?: (deviceName: string) => void;
  /** Called when the list of devices, or of those who ask, has changed; not each time that one is seen. */
  readonly onDevices?: () => void;
  /** Called when a device opens the page or starts a session. */
  readonly onVisitor?: (visitor: { readonly name: string; readonly atMs: number }) => void;
}
