import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import type { Access, Caller, Credentials } from '../access/access.ts';
import { Failure } from '../failure.ts';
import { clientAddress } from './client-address.ts';

const callers = new WeakMap<Request, Caller>();

/** Who makes a request that has passed {@link requireCaller}. */
export function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Failure('AUTH_REQUIRED');
  return caller;
}

/** The same, where it may not have got so far. */
export function callerIfKnown(request: Request): Caller | undefined {
  return callers.get(request);
}

/** The sender whose uploads the caller may see; undefined for everybody's. */
export function visibleTo({ isOwner, sender }: Caller): string | undefined {
  return isOwner ? undefined : sender.id;
}

/** Lets only the owner's window pass; to anybody else there is nothing here. */
export const requireOwner: RequestHandler = (request, _response, next) => {
  if (!callerOf(request).isOwner) throw new Failure('NOT_FOUND');
  next();
};

/**
 * What a request shows of whoever makes it.
 * @throws Failure UPLOAD_ABORTED when its connection is gone, and with it the address by which a program is known again: what came
 *   of it would be an upload that nobody can go on with
 */
export function credentialsOf(request: IncomingMessage): Credentials {
  const address = clientAddress(request);
  if (address === undefined) throw new Failure('UPLOAD_ABORTED');
  return {
    authorization: request.headers.authorization,
    address,
    userAgent: request.headers['user-agent'],
  };
}

/**
 * Lets pass only what is well-formed and asks for us by a name that we have. The exact Host is what keeps web pages out that
 * reach this address under a name of their own (DNS rebinding).
 * @param isOurHost told the Host header, lower case
 */
export function requireOurHost(isOurHost: (host: string) => boolean): RequestHandler {
  return (request, _response, next) => {
    checkHost(request, isOurHost);
    next();
  };
}

/** Refuses what a page of another origin makes a browser send; browsers set these headers, pages cannot. */
export const requireOurOrigin: RequestHandler = (request, _response, next) => {
  checkOrigin(request);
  next();
};

/**
 * Lets pass only those who may come in, before a byte of the body is read.
 * @param onCaller told of everybody who does
 */
export function requireCaller(access: Access, onCaller: (caller: Caller) => void): RequestHandler {
  return async (request, _response, next) => {
    const caller = await access.identify(credentialsOf(request));
    callers.set(request, caller);
    onCaller(caller);
    next();
  };
}

interface Gate {
  readonly isOurHost: (host: string) => boolean;
  readonly access: Access;
}

/**
 * All doors at once, for what is answered without Express.
 * @throws Failure as the doors one by one
 */
export async function admit(request: IncomingMessage, { isOurHost, access }: Gate): Promise<Caller> {
  checkHost(request, isOurHost);
  checkOrigin(request);
  return access.identify(credentialsOf(request));
}

function checkHost(request: IncomingMessage, isOurHost: (host: string) => boolean): void {
  const { headers, rawHeaders, url = '' } = request;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  if (hosts !== 1 || !isOurHost((headers.host ?? '').toLowerCase())) throw new Failure('HOST_NOT_ALLOWED');
  if (!url.startsWith('/')) throw new Failure('REQUEST_INVALID');
  // Node passes "gzip, chunked" on and leaves the gzip to the application.
  const transferEncoding = headers['transfer-encoding'];
  if (transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked') throw new Failure('TRANSFER_ENCODING_UNSUPPORTED');
  // Nothing is ever inflated.
  const contentEncoding = headers['content-encoding'];
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') throw new Failure('CONTENT_ENCODING_UNSUPPORTED');
}

function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  const isOurs = origin === undefined || [`http://${host}`, `https://${host}`].includes(origin.toLowerCase());
  if (!isOurs || site === 'cross-site' || site === 'same-site') throw new Failure('ORIGIN_NOT_ALLOWED');
}
