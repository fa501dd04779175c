import type { Request, Response } from 'express';
import type { SendReply } from '../contracts/api.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { answerFailure } from './answer-failure.ts';
import type { FormOutcome } from './take-form.ts';

/** The failure that speaks for the whole form: its own, or, when nothing was stored, that of its first file. */
export function failureOf({ failure, uploads }: FormOutcome): Failure | null {
  if (failure !== null) return failure;
  const first = uploads[0];
  const isNothingStored = uploads.every(({ state }) => state !== 'stored');
  return isNothingStored && first?.failure !== undefined ? Failure.from(first.failure) : null;
}

/** 201 when all is stored, 207 when some is, else the failure; with an outcome for each file in any case. */
export function answerForm(request: Request, response: Response, outcome: FormOutcome, log: Log): void {
  const { batch, uploads } = outcome;
  const reply: SendReply = { batch, uploads };
  const failure = failureOf(outcome);
  if (failure !== null) answerFailure(request, response, failure, log, reply);
  else response.status(uploads.every(({ state }) => state === 'stored') ? 201 : 207).json(reply);
}
