export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isStringArray(value: unknown, most: number): value is readonly string[] {
  return Array.isArray(value) && value.length <= most && value.every((item) => typeof item === 'string');
}

/** The `code` of a Node error or of one of the server's failures; '' where there is none. */
export function codeOf(error: unknown): string {
  return isRecord(error) && typeof error['code'] === 'string' ? error['code'] : '';
}

/** 1 to 128 visible ASCII characters: the form of an upload's id, a batch's key and a bridged request's id. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value);
}
