import { canonicalCode } from './access/code.ts';
import type { Log, LogFields } from './log.ts';

/** Stands where a secret stood. */
const HIDDEN = '(hidden)';

/** Session tokens (see session-token.ts), invitations (see invitation.ts), and user and password of a URL. */
const TOKENS = [String.raw`\bs1\.[\w-]{40,}(?:\.[\w-]*)?`, String.raw`\bi1\.[\w-]{22}`, String.raw`(?<=:\/\/)[^\s\/@]+(?=@)`];

/** A password of a cache shorter than this would hide half of every line; it is in no message of ours anyway. */
const MIN_PASSWORD_LENGTH = 4;

/** Keeps secrets out of a log, also where a stranger wrote them: into a file's name, a user agent, a path. */
export interface SecretKeeper {
  readonly log: Log;
  /** A code, in whatever spelling opens the door. @returns how to forget it, once it opens none */
  addCode(code: string): () => void;
  addToken(token: string): void;
  /** User and password that a URL may have. */
  addUrl(url: string): void;
}

export function hideSecrets(log: Log): SecretKeeper {
  let patterns: readonly string[] = TOKENS;
  let secret = new RegExp(patterns.join('|'), 'giu');

  const use = (next: readonly string[]): void => {
    patterns = next;
    secret = new RegExp(patterns.join('|'), 'giu');
  };
  const add = (pattern: string): (() => void) => {
    use([...patterns, pattern]);
    return () => {
      const at = patterns.lastIndexOf(pattern);
      if (at >= 0) use(patterns.toSpliced(at, 1));
    };
  };

  const withoutSecrets = (fields: LogFields): LogFields =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value.replace(secret, HIDDEN) : value]));

  return {
    log: (level, event, fields = {}) => log(level, event, withoutSecrets(fields)),
    // Spaces and dashes may stand anywhere in a typed code.
    addCode: (code) => add(Array.from(canonicalCode(code), literal).join(String.raw`[\s-]*`)),
    addToken: (token) => void add(literal(token)),
    addUrl(url) {
      const { password } = URL.canParse(url) ? new URL(url) : { password: '' };
      if (password.length >= MIN_PASSWORD_LENGTH) for (const spelling of new Set([password, decoded(password)])) add(literal(spelling));
    },
  };
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    // A bare percent sign: it is its own spelling.
    return password;
  }
}

/** Matches this text and nothing else. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}
