import type { Job } from './plan-jobs.ts';
import { sendForm } from './send-form.ts';
import { sendResumable } from './send-resumable.ts';
import { judgeStatus, type SenderTools } from './sender.ts';
import { Lost } from './wire.ts';

/** Sends a job by its road until all of it has come to an end. */
export async function sendJob(job: Job, tools: SenderTools): Promise<void> {
  const [first] = job.files;
  if (first !== undefined && (job.road === 'tus' || job.road === 'creation-with-upload')) await sendResumable(job, first, tools);
  else await sendForm(job, tools);
}

/** Calls the last file of a job off. What is stored by then stays; what is not must be gone. */
export async function cancelLast(job: Job, tools: SenderTools): Promise<void> {
  const file = job.files.at(-1);
  if (file === undefined || file.outcome !== 'open') return;
  file.isCancelling = true;
  try {
    const { status, text } = await tools.wire.request('DELETE', `/api/uploads/${encodeURIComponent(file.id)}`);
    judgeStatus('a cancellation', status, text, tools);
  } catch (error) {
    // The fault of this round came in between: it was not called off, and goes on.
    if (!(error instanceof Lost)) throw error;
  }
}
