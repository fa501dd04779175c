/** The one door of the server: whoever hosts it enters here. */
export type { ServerConfig } from './config.ts';
export { Failure } from './failure.ts';
export { createLog } from './create-log.ts';
export type { Log, LogFields } from './log.ts';
export { USUAL_MDNS } from './network/mdns/mdns-settings.ts';
export type { LanOptions, LanSide, RunningServer } from './running-server.ts';
export { startServer } from './start-server.ts';
