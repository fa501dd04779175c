/** One line of the table: what was tried, what was seen, and what may be. */
export interface Row {
  readonly what: string;
  readonly seen: string;
  readonly bound: string;
  readonly state: 'met' | 'missed' | 'not run';
}

/** A figure that has a bound. */
export function atMost(what: string, figure: number, most: number, unit = ''): Row {
  return { what, seen: tell(figure, unit), bound: `≤ ${tell(most, unit)}`, state: figure <= most ? 'met' : 'missed' };
}

/** A figure that has to be exactly so. */
export function exactly(what: string, figure: number, wanted: number, unit = ''): Row {
  return { what, seen: tell(figure, unit), bound: tell(wanted, unit), state: figure === wanted ? 'met' : 'missed' };
}

/** Something that is so, or that is not. @param seen what was found */
export function truth(what: string, isSo: boolean, seen: string, bound: string): Row {
  return { what, seen, bound, state: isSo ? 'met' : 'missed' };
}

/** What this machine cannot try. */
export function notRun(what: string, why: string): Row {
  return { what, seen: `not run: ${why}`, bound: '', state: 'not run' };
}

export const MEGA = 1_000_000;

function tell(figure: number, unit: string): string {
  const text = Number.isInteger(figure) ? String(figure) : figure.toFixed(Math.abs(figure) < 10 ? 2 : 1);
  return unit === '' ? text : `${text} ${unit}`;
}
