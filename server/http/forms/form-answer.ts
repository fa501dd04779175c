import type { Request, Response } from 'express';
import type { SendReply } from '../../contracts/api.ts';
import type { UploadRecord } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';
import type { Log } from '../../log.ts';
import { answerFailure } from '../answer-failure.ts';
import type { FormOutcome } from './form.ts';

const isStored = ({ state }: UploadRecord): boolean => state === 'stored';

/** What speaks against "all is stored": the form's own failure, or that of the first file that has one; null when nothing does. */
export function failureOf({ failure, uploads }: FormOutcome): Failure | null {
  if (failure !== null) return failure;
  const first = uploads.find((upload) => upload.failure !== undefined)?.failure;
  return first === undefined ? null : Failure.from(first);
}

/** 201 when all is stored, 207 when some is, else the failure; with an outcome for each file in any case. */
export function answerForm(request: Request, response: Response, outcome: FormOutcome, log: Log): void {
  const { batch, uploads, failure } = outcome;
  const reply: SendReply = { batch, uploads };
  const spoken = failureOf(outcome);
  if (spoken === null) {
    response.status(201).json(reply);
  } else if (!uploads.some(isStored)) {
    answerFailure(request, response, spoken, log, { fields: reply });
  } else if (failure !== null) {
    // The form ended early, perhaps for one file; what the others came to stands all the same.
    answerFailure(request, response, failure, log, { fields: reply, status: 207 });
  } else {
    response.status(207).json(reply);
  }
}
