/**
 * How a page that has lost the computer recognizes it at another of its addresses. It asks there, without its token, with a nonce of its
 * own and the middle part of its token; only who could have signed that token can answer:
 *
 *     base64url(HMAC-SHA-256(key: last part of the token, as text; message: PROOF_LABEL + LF + nonce + LF + origin))
 *
 * The origin is the address and port at which the question arrived, as browsers write it, so that an answer holds for nowhere else.
 */
export const PROOF_LABEL = 'slipway proof';

/**
 * Addresses that can be asked: by number, because who answers to a name is for the network to say; of IPv4, because a
 * Content-Security-Policy cannot name others (CSP 3, section 2.3.1); over plain HTTP, because the certificate of another address is not
 * trusted there.
 */
export const PROVABLE_ADDRESS = /^http:\/\/\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/u;

/** The best of them; pages may ask no others. */
export const MOST_PROVABLE = 8;

export interface ProofQuery {
  /** Drawn at random for this question: 32 to 64 letters, digits, `-` and `_`. */
  readonly nonce: string;
  /** Middle part of a session's token. */
  readonly session: string;
}

export interface ProofReply {
  readonly proof: string;
}
