export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Takes one event: a `noun:verb` name and flat fields. Never hand it a token, a code or a path of the machine. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void;
