/** Numbers as people of one language write them. Sizes are decimal, as the systems' own file managers show them. */
export interface Format {
  count(value: number): string;
  /** "84 MB" */
  bytes(value: number): string;
  /** "5.2 MB/s" */
  speed(bytesPerSecond: number): string;
  /** "8 sec", "3 min", "1 hr, 5 min"; rounded up, because waiting longer than promised is worse than the reverse. */
  duration(seconds: number): string;
  /** "42%" of a fraction between 0 and 1; never shows all of it before all is there. */
  percent(fraction: number): string;
  /** "14:05" */
  time(atMs: number): string;
  /** "Today", "Yesterday", "Friday, 20 November 2026" */
  day(atMs: number, nowMs: number): string;
}

const DAY_MS = 24 * 60 * 60_000;

function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

export function createFormat(locale: string): Format {
  const made = new Map<string, Intl.NumberFormat>();
  /** Making a formatter costs a thousand times as much as using it. */
  function formatter(unit: string, digits: number, display: 'short' | 'long' = 'short'): Intl.NumberFormat {
    const key = `${unit} ${digits}`;
    const format = made.get(key)
      ?? new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: display, maximumFractionDigits: digits });
    made.set(key, format);
    return format;
  }

  function inUnits(value: number, suffix: '' | '-per-second'): string {
    let scaled = value;
    let index = 0;
    // From 999.5 on, rounding would show "1,000 kB".
    while (scaled >= 999.5 && index < UNITS.length - 1) {
      scaled /= 1000;
      index += 1;
    }
    const unit = UNITS[index] ?? 'byte';
    return formatter(unit + suffix, index >= 2 && scaled < 99.95 ? 1 : 0, index === 0 ? 'long' : 'short').format(scaled);
  }

  const plain = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  const calendar = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });

  return {
    count: (value) => plain.format(value),
    bytes: (value) => inUnits(value, ''),
    speed: (value) => inUnits(value, '-per-second'),
    duration(seconds) {
      if (seconds < 60) return formatter('second', 0).format(Math.max(1, Math.ceil(seconds)));
      const minutes = Math.ceil(seconds / 60);
      if (minutes < 60) return formatter('minute', 0).format(minutes);
      const rest = minutes % 60;
      const hours = formatter('hour', 0).format(Math.floor(minutes / 60));
      return rest === 0 ? hours : `${hours} ${formatter('minute', 0).format(rest)}`;
    },
    percent: (fraction) => percent.format(Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100),
    time: (atMs) => clock.format(atMs),
    day(atMs, nowMs) {
      // Days as the calendar has them, also where the clock is put forward in between.
      const days = Math.round((startOfDay(nowMs) - startOfDay(atMs)) / DAY_MS);
      if (days !== 0 && days !== 1) return calendar.format(atMs);
      const word = relative.format(-days, 'day');
      return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
    },
  };
}
