import express, { type Request, type RequestHandler } from 'express';
import { Failure } from '../failure.ts';
import { inviteBody } from './request-body.ts';

/** Reads a JSON body of so many bytes at most; anything else is refused, which also keeps out what plain HTML forms can send. */
export function jsonBody(limit: number): readonly RequestHandler[] {
  return [
    (request, response, next) => {
      if (!request.is('application/json')) throw new Failure('UNSUPPORTED_MEDIA_TYPE');
      inviteBody(request, response);
      next();
    },
    express.json({ limit, inflate: false }),
  ];
}

/** What {@link jsonBody} has read. @throws Failure BODY_INVALID when it is no object */
export function objectBody(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Failure('BODY_INVALID');
  return { ...body };
}
