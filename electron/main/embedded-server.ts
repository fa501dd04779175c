import { randomBytes } from 'node:crypto';
import { startServer, USUAL_MDNS } from '../../server/index.ts';
import type { Log, RunningServer, ServerConfig } from '../../server/index.ts';

export interface EmbeddedServer {
  readonly server: RunningServer;
  /** What makes a request the owner's. It stays in main. */
  readonly ownerToken: string;
}

interface EmbeddedServerOptions {
  /** Absolute upload folder. */
  readonly folder: string;
  /** Where its keys are kept. */
  readonly secretFolder: string;
  readonly pageFolder: string;
  readonly duplicates: NonNullable<ServerConfig['duplicates']>;
  readonly asks: boolean;
  readonly onQuestion: NonNullable<ServerConfig['onQuestion']>;
  readonly onDevices: NonNullable<ServerConfig['onDevices']>;
  readonly onVisitor: NonNullable<ServerConfig['onVisitor']>;
}

/**
 * Starts the upload server for this app alone: loopback, any free port, and a token that lives as long as the process.
 * @throws Failure CONFIG_DEST_NOT_WRITABLE
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions, log: Log): Promise<EmbeddedServer> {
  const ownerToken = randomBytes(32).toString('base64url');
  const server = await startServer({ ...options, host: '127.0.0.1', port: 0, mdns: USUAL_MDNS, ownerToken }, log);
  return { server, ownerToken };
}
