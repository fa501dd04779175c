/**
 * The code from the fragment, which no browser sends to a server. It is taken out of the address bar and the history at
 * once, so that nobody reads it over a shoulder or in a screenshot.
 * @returns null when there is none
 */
export function takeCodeFromAddress(): string | null {
  const fragment = location.hash.slice(1);
  if (location.hash !== '' || location.href.endsWith('#')) history.replaceState(null, '', location.pathname + location.search);
  try {
    return decodeURIComponent(fragment).trim() || null;
  } catch {
    // Not percent-encoded as it should be: then it is no code of ours.
    return null;
  }
}
