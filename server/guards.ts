/** True for what JSON writes in braces. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number from 0 on that JavaScript counts exactly, such as bytes or milliseconds. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Reads JSON that was written down somewhere; null when it is torn, no JSON at all, or not what the guard lets pass. */
export function parseGuarded<Value>(text: string, isValue: (value: unknown) => value is Value): Value | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Torn by a crash, or none of ours: the caller says what is lost by that.
    return null;
  }
  return isValue(value) ? value : null;
}
