import type { RequestListener } from 'node:http';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Access } from '../access/access.ts';
import type { Devices } from '../access/devices.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { answerFailure } from './answer-failure.ts';
import { answerPoll } from './answer-poll.ts';
import { apiRoutes, sessionRoute, type ServerFacts } from './api-routes.ts';
import { noteClient, type TrustedProxies } from './client-address.ts';
import { deviceRoutes } from './device-routes.ts';
import { classicRoutes } from './forms/classic-form.ts';
import { callerIfKnown, requireCaller, requireOurHost, requireOurOrigin } from './gate.ts';
import { createGuessedIds } from './guessed-ids.ts';
import { healthOf, healthRoute } from './health-route.ts';
import { historyRoutes } from './history-routes.ts';
import { createOwnOrigins } from './own-origins.ts';
import { servePage, setSecurityHeaders } from './page-files.ts';
import { proofRoute } from './proof-route.ts';
import type { RequestLimits } from './request-limits.ts';
import { tusRoutes } from './tus/tus-routes.ts';

/** Addresses and the methods that each takes, for 405 answers. */
type Methods = readonly (readonly [RegExp, string])[];

const METHODS: Methods = [
  [/^\/api\/uploads\/?$/u, 'GET, POST'],
  [/^\/api\/uploads\/[^/]+\/?$/u, 'GET, DELETE'],
  [/^\/api\/(?:batches|session)\/?$/u, 'POST'],
  [/^\/api\/tus\/?$/u, 'OPTIONS, POST'],
  [/^\/api\/tus\/[^/]+\/?$/u, 'OPTIONS, HEAD, PATCH, DELETE'],
  [/^\/api\/history\/?$/u, 'GET, DELETE'],
  [/^\/api\/history\/[^/]+\/?$/u, 'DELETE'],
  [/^\/uploadfile\/?$/u, 'POST'],
  [/^\/api\/(?:server|proof)\/?$|^\/healthz\/?$|^\/$/u, 'GET'],
];

/** Where the owner may come. */
const OWNER_METHODS: Methods = [
  ...METHODS,
  [/^\/api\/devices\/?$/u, 'GET'],
  [/^\/api\/devices\/[^/]+\/?$/u, 'POST, DELETE'],
  [/^\/api\/questions\/[^/]+\/?$/u, 'POST'],
];

/** Answers requests. */
export type App = RequestListener;

export interface AppOptions extends RequestLimits {
  readonly access: Access;
  readonly devices: Devices;
  readonly facts: ServerFacts;
  /** Told the Host header, lower case. */
  readonly isOurHost: (host: string) => boolean;
  readonly proxies: TrustedProxies;
  readonly pageFolder: string | undefined;
  readonly onVisit: (deviceName: string) => void;
  readonly log: Log;
}

/** The face of one listener: gate, page, API, classic pair, and one answer for whatever goes wrong. */
export function createApp(options: AppOptions): App {
  const { access, devices, facts, log, onVisit, pageFolder, service } = options;
  const app = express();
  const origins = createOwnOrigins(facts.addresses);
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');

  app.use(setSecurityHeaders, requireOurHost(options.isOurHost));
  if (pageFolder !== undefined) app.use(...servePage(pageFolder, onVisit, origins));
  app.use(proofRoute(access, origins));
  app.use(requireOurOrigin, noStore, sessionRoute(access, options.asking, log), healthRoute(service));
  app.use(requireCaller(access, ({ sender }) => service.seen(sender.id)));
  app.get('/healthz', (_request, response) => void response.json(healthOf(service)));
  app.use(apiRoutes(options, access, facts, log), historyRoutes(service), classicRoutes(options, log), tusRoutes(options, facts.maxFileBytes));
  if (access.admitsOwner) app.use(deviceRoutes(devices, options.asking, service));
  app.use(refuseTheRest(access.admitsOwner ? OWNER_METHODS : METHODS), answerErrors(log));
  return (request, response) => {
    noteClient(request, options.proxies);
    if (!answerPoll(request, response, options)) app(request, response);
  };
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

function refuseTheRest(methods: Methods): RequestHandler {
  return (request, response) => {
    const allowed = methods.find(([path]) => path.test(request.path))?.[1];
    if (allowed === undefined) throw new Failure('NOT_FOUND');
    response.set('Allow', allowed);
    throw new Failure('METHOD_NOT_ALLOWED');
  };
}

function answerErrors(log: Log): ErrorRequestHandler {
  const guesses = createGuessedIds(log);
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const caller = callerIfKnown(request);
    answerFailure(request, response, caller === undefined || caller.isOwner ? error : guesses.count(caller.sender.id, error), log);
  };
}
