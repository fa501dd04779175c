/** Statuses that must not carry a body; the Response constructor throws otherwise (Fetch standard, "null body status"). */
const BODYLESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
}

/** A real Response of an answer that did not come by `fetch`. */
export function rebuildResponse({ status, statusText, headers, text }: Answer): Response {
  return new Response(BODYLESS.has(status) ? null : text, { status, statusText, headers: headers.map(([name, value]): [string, string] => [name, value]) });
}
