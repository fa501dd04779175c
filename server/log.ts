/** From what only somebody who looks for a fault wants to read, to what somebody should see at once. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;

export type LogFormat = (typeof LOG_FORMATS)[number];

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Takes one event: a `noun:verb` name and flat fields. Never hand it a token or a code. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** An event with the time at which it was told. */
export interface LogEvent {
  readonly time: Date;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}
