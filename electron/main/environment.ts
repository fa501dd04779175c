import { isIP } from 'node:net';
import path from 'node:path';

/** What the environment may say to the app; the only reader of `process.env` here. */
export interface Environment {
  /** Absolute folder for settings and state, in place of the system's usual one. */
  readonly userData: string | null;
  /** Address on which "Receive from phones" listens. */
  readonly lanHost: string;
}

const EVERY_ADDRESS = '0.0.0.0';

export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const userData = env['SLIPWAY_USER_DATA'];
  const lanHost = env['SLIPWAY_LAN_HOST'];
  return {
    userData: userData !== undefined && path.isAbsolute(userData) ? userData : null,
    lanHost: lanHost !== undefined && isIP(lanHost) !== 0 ? lanHost : EVERY_ADDRESS,
  };
}
