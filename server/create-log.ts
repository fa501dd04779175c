import { LOG_LEVELS, type Log, type LogEvent, type LogFormat, type LogLevel } from './log.ts';
import { plainJson } from './plain-json.ts';
import { textLine } from './text-line.ts';

interface LogOptions {
  readonly format: LogFormat;
  /** What is less than this is left out. */
  readonly level: LogLevel;
  /** For text: the lines go to a terminal that shows colors. */
  readonly isColored: boolean;
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
}

/** One line an event: for people, or as JSON with `time`, `level`, `event` and the event's own fields. */
export function createLog({ format, level: least, isColored, write }: LogOptions): Log {
  const from = LOG_LEVELS.indexOf(least);
  return (level, event, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < from) return;
    const told = { time: new Date(), level, event, fields };
    write(format === 'json' ? jsonLine(told) : textLine(told, isColored));
  };
}

function jsonLine({ time, level, event, fields }: LogEvent): string {
  return plainJson({ time: time.toISOString(), level, event, ...fields });
}
