const INTERVAL_MS = 1000;
/** Different devices that a second may bring to the window's ears. */
const MOST_NEWS = 5;

/**
 * Hands on who opened the page, as far as it is news: anybody in the network can ask for the page thousands of times a second, under
 * another name each time, and whoever is told draws a list.
 */
export function createVisitNews(onVisit: (deviceName: string) => void): (deviceName: string) => void {
  let sinceMs = Number.NEGATIVE_INFINITY;
  const told = new Set<string>();

  return (deviceName) => {
    const now = Date.now();
    if (Math.abs(now - sinceMs) >= INTERVAL_MS) {
      sinceMs = now;
      told.clear();
    }
    if (told.has(deviceName) || told.size >= MOST_NEWS) return;
    told.add(deviceName);
    onVisit(deviceName);
  };
}
