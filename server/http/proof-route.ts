import { Router, type RequestHandler } from 'express';
import type { Access } from '../access/access.ts';
import type { Api } from '../contracts/api.ts';
import { PROOF_LABEL } from '../contracts/proof.ts';
import { Failure } from '../failure.ts';
import { baseUrl } from '../lan-address.ts';
import { requireOurOrigin } from './gate.ts';
import type { OwnOrigins } from './own-origins.ts';

const NONCE = /^[\w-]{32,64}$/u;
/** A device's name has its length in there; ours are about 200. */
const SESSION = /^[\w-]{1,1024}$/u;

/**
 * Lets a page that has lost this computer recognize it at another address (see `contracts/proof.ts`). Whoever answers there now, a
 * stranger as well, is sent the nonce and who the page is, but nothing that lets anybody in:
 *
 * - An older answer is of no use, for the nonce is new.
 * - Passed on to the real computer, the question arrives there at another address than the page asks for, and the proof says so. That holds
 *   for addresses by number, so names are not asked.
 * - Questions that somebody makes up bring HMACs by keys that never leave this computer: no token comes of them.
 * - Two short HMACs cost less than refusing a request, so there is nothing to be worn out.
 * - Behind a proxy or a router that translates, the address is another one: no proof, and the page offers nothing.
 *
 * Who can bring packets to this very address of the computer, and so be it for the whole network, is not kept from it by this.
 */
export function proofRoute(access: Access, origins: OwnOrigins): Router {
  const router = Router();
  router.get('/api/proof', letOwnPagesRead(origins), (request, response) => {
    const { nonce, session } = request.query;
    if (typeof nonce !== 'string' || !NONCE.test(nonce) || typeof session !== 'string' || !SESSION.test(session)) throw new Failure('QUERY_INVALID');
    const { localAddress, localPort } = request.socket;
    // The connection is gone.
    if (localAddress === undefined || localPort === undefined) throw new Failure('UPLOAD_ABORTED');
    const { origin } = new URL(baseUrl(localAddress.replace(/^::ffff:/u, ''), localPort, request.secure ? 'https' : 'http'));
    const reply: Api['GET /api/proof']['reply'] = { proof: access.prove(session, [PROOF_LABEL, nonce, origin].join('\n')) };
    response.set('Cache-Control', 'no-store').json(reply);
  });
  return router;
}

/** Readable for pages of this computer's own addresses; to others, as everything here. */
function letOwnPagesRead(origins: OwnOrigins): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (origin === undefined || !origins.has(origin)) {
      requireOurOrigin(request, response, next);
      return;
    }
    response.set('Access-Control-Allow-Origin', origin);
    next();
  };
}
