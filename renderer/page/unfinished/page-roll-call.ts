/** A page that is not frozen answers within this, also in the background: only timers are slowed down there. */
const ANSWER_MS = 1500;
const CHANNEL = 'slipway-pages';

interface RollCallMessage {
  readonly kind: 'who' | 'here';
  readonly page: string;
}

function isRollCallMessage(value: unknown): value is RollCallMessage {
  return typeof value === 'object' && value !== null && 'page' in value && typeof value.page === 'string'
    && 'kind' in value && (value.kind === 'who' || value.kind === 'here');
}

/** Finds out which loads of the page are alive, in other tabs of this browser. */
export interface PageRollCall {
  /** Ids of those that answered in time; pages that are loaded later join the set. */
  others(): Promise<ReadonlySet<string>>;
  stop(): void;
}

/**
 * By asking, because the Web Locks API, which would know, is for secure contexts only, and a page over plain HTTP is none. A frozen
 * page does not answer and counts as gone: its person is here now. When it thaws it finds what was taken from its note.
 * @param page this one's id
 */
export function createPageRollCall(page: string): PageRollCall {
  const channel = new BroadcastChannel(CHANNEL);
  const heard = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  channel.addEventListener('message', ({ data }) => {
    if (!isRollCallMessage(data)) return;
    // Who asks has just been loaded.
    heard.add(data.page);
    if (data.kind === 'who') channel.postMessage({ kind: 'here', page } satisfies RollCallMessage);
  });
  return {
    others() {
      channel.postMessage({ kind: 'who', page } satisfies RollCallMessage);
      return new Promise((resolve) => { timer = setTimeout(() => { resolve(heard); }, ANSWER_MS); });
    },
    stop() {
      clearTimeout(timer);
      channel.close();
    },
  };
}
