/** One HTTP request as it was seen on a wire. */
export interface Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As its head says; null when it does not. */
  readonly lengthBytes: number | null;
  /** Bytes of its body that went on towards the server. */
  passedBytes: number;
  /** Of its answer, head included. */
  answerBytes: number;
  /** Status of its answer; null before there is one. */
  status: number | null;
  /** The first bytes of a form's body: what it announces. */
  opening: string;
}

export interface Part {
  /** Null for a piece of a head. */
  readonly exchange: Exchange | null;
  readonly bytes: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const MOST_HEAD_BYTES = 64 << 10;

/** Follows the requests of one connection (HTTP/1.1 with Content-Length, one after the other), to tell heads from bodies. */
export interface RequestFollower {
  /** The same bytes, cut where a head ends and where a body ends. */
  follow(chunk: Buffer): readonly Part[];
}

/** @param begun called with every request whose head is complete, before its body */
export function createRequestFollower(begun: (exchange: Exchange) => void): RequestFollower {
  let head = Buffer.alloc(0);
  let current: Exchange | null = null;
  let leftBytes = 0;

  function takeHead(chunk: Buffer): number {
    const before = head.length;
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(HEAD_END);
    if (end < 0) {
      if (head.length > MOST_HEAD_BYTES) throw new Error('A request head that does not end');
      return chunk.length;
    }
    current = readHead(head.toString('latin1', 0, end));
    leftBytes = current.lengthBytes ?? 0;
    head = Buffer.alloc(0);
    begun(current);
    return end + HEAD_END.length - before;
  }

  return {
    follow(chunk) {
      const parts: Part[] = [];
      for (let at = 0; at < chunk.length; ) {
        const rest = chunk.subarray(at);
        const isBody = leftBytes > 0;
        const taken = isBody ? Math.min(leftBytes, rest.length) : takeHead(rest);
        parts.push({ exchange: isBody ? current : null, bytes: rest.subarray(0, taken) });
        if (isBody) leftBytes -= taken;
        at += taken;
      }
      return parts;
    },
  };
}

function readHead(text: string): Exchange {
  const [first = '', ...lines] = text.split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const length = lines.map((line) => /^content-length:\s*(\d+)\s*$/i.exec(line)?.[1]).find((found) => found !== undefined);
  return { method, path: target.split('?')[0] ?? '', lengthBytes: length === undefined ? null : Number(length), passedBytes: 0, answerBytes: 0, status: null, opening: '' };
}

/** What carries bytes of files to the server: a form, and the pieces of a resumable upload. */
export function isUpload({ method, path }: Exchange): boolean {
  return (method === 'POST' && path === '/api/uploads') || (method === 'PATCH' && path.startsWith('/api/tus/')) || (method === 'POST' && path === '/api/tus');
}
