export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Takes one event: a `noun:verb` name and flat fields. Never hand it a token or a code. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void;
