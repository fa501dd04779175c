import type { FailureCode } from '../../../server/contracts/failure.ts';
import { announceBatch } from './announce-batch.ts';
import { decideNext, isNoRoom } from './decide-next.ts';
import type { FileToSend } from './file-to-send.ts';
import type { GroupTarget } from './group-target.ts';
import { readParts } from './read-parts.ts';
import { readFailure, readOutcomes } from './read-reply.ts';
import type { Outcome } from './read-reply.ts';
import { readStates } from './read-states.ts';
import { sendForm } from './send-form.ts';
import type { SendOutcome } from './send-outcome.ts';
import { pauseBeforeTrying } from './sending-signals.ts';
import type { SendingSignals } from './sending-signals.ts';
import { createUploadForm } from './upload-form.ts';

export interface GroupOptions extends SendingSignals {
  /** False for a file that was cancelled meanwhile. */
  readonly isWanted?: (id: string) => boolean;
}

/** Most time for asking what became of files whose form was broken off. */
const LAST_LOOK_MS = 2000;
const LOOK_AGAIN_MS = 50;

/** What a form's broken connection is called, besides what every connection's is. */
const FORM_BROKEN: ReadonlySet<FailureCode> = new Set<FailureCode>(['MULTIPART_TRUNCATED', 'SENDER_GONE', 'UPLOAD_ID_IN_USE']);

/**
 * Sends small files of one batch in one request, and answers what became of each. When the connection breaks, those that are not
 * stored are sent again, until they are; what arrives as something else than was read is sent once more. Never rejects: the record of
 * a file that has ended says why.
 */
export async function sendGroup(target: GroupTarget, group: readonly FileToSend[], options: GroupOptions): Promise<ReadonlyMap<string, SendOutcome>> {
  const { signal, isWanted = () => true } = options;
  const ends = new Map<string, SendOutcome>();
  const damagedBefore = new Set<string>();
  let left = group;
  let fruitless = 0;
  for (;;) {
    const tried = await tryOnce(target, left, signal);
    const again = left.filter((file) => {
      const became = tried.get(file.id) ?? 'ended';
      if (became === 'broken' || (became === 'damaged' && !damagedBefore.has(file.id))) return true;
      ends.set(file.id, became === 'damaged' ? 'ended' : became);
      return false;
    });
    for (const { id } of again) if (tried.get(id) === 'damaged') damagedBefore.add(id);
    fruitless = again.length < left.length ? 1 : fruitless + 1;
    left = again;
    while (left.length > 0) {
      if (signal.aborted) return new Map([...ends, ...await askAtEnd(target, left)]);
      left = left.filter(({ id }) => isWanted(id));
      const heard = await announceAgain(target, left, signal);
      for (const [id, outcome] of heard ?? []) if (outcome.state === 'stored') ends.set(id, 'stored');
      left = left.filter(({ id }) => heard === null || !isEnd(heard.get(id)));
      const next = decideNext(null, fruitless);
      if (left.length > 0 && next.kind === 'go-on') await pauseBeforeTrying(next.afterMs, options);
      if (heard !== null) break;
      fruitless += 1;
    }
    if (left.length === 0) return ends;
  }
}

/** One that is still being received is being let go of. */
function isEnd(outcome: Outcome | undefined): boolean {
  return outcome === undefined || outcome.state === 'stored' || outcome.state === 'failed' || outcome.state === 'cancelled';
}

/** `damaged`: other bytes arrived. `broken`: it did not get through. */
type Tried = 'stored' | 'ended' | 'damaged' | 'broken';

async function tryOnce(target: GroupTarget, group: readonly FileToSend[], signal: AbortSignal): Promise<ReadonlyMap<string, Tried>> {
  try {
    const parts = await readParts(target, group, signal);
    const ids = parts.map((part) => part.file.id);
    const batch = parts[0]?.file.batch;
    if (batch === undefined) return new Map();
    const answer = await sendForm(target, batch, createUploadForm(parts), signal);
    const outcomes = readOutcomes(answer.body);
    if (outcomes.size > 0) return new Map(ids.map((id) => [id, readTried(outcomes.get(id))]));
    // Refused before the server had looked at the files.
    const { code } = readFailure(answer.body);
    if (isBroken(code)) return new Map(ids.map((id) => [id, 'broken']));
    await target.giveUp(ids, code);
    return new Map();
  } catch {
    // No answer came: whether the connection broke or somebody broke it, the signal tells.
    return new Map(group.map(({ id }) => [id, 'broken']));
  }
}

function readTried(outcome: Outcome | undefined): Tried {
  if (outcome?.state === 'stored') return 'stored';
  const code = outcome?.failure?.code;
  if (code === 'CHECKSUM_MISMATCH') return 'damaged';
  return code !== undefined && isBroken(code) ? 'broken' : 'ended';
}

function isBroken(code: FailureCode): boolean {
  // Small files are told that there is no room when they are announced, and wait for a person.
  return FORM_BROKEN.has(code) || (decideNext(code, 1).kind === 'go-on' && !isNoRoom(code));
}

/** Makes them wait again, for both sides to see; null when the server does not answer. */
async function announceAgain(target: GroupTarget, files: readonly FileToSend[], signal: AbortSignal): Promise<ReadonlyMap<string, Outcome> | null> {
  const batch = files[0]?.batch;
  if (batch === undefined) return new Map();
  try {
    const answer = await announceBatch(target, batch, files, signal);
    if (answer.kind === 'announced') return answer.outcomes;
    // The upload folder is away, for instance: they wait with it.
    return isBroken(answer.failure.code) ? null : new Map();
  } catch {
    // Not there at the moment.
    return null;
  }
}

/** Whoever broke it off may have come too late for some; sent again, they would lie there twice. */
async function askAtEnd(target: GroupTarget, files: readonly FileToSend[]): Promise<ReadonlyMap<string, SendOutcome>> {
  const deadline = AbortSignal.timeout(LAST_LOOK_MS);
  let states: ReadonlyMap<string, Outcome> = new Map();
  const isOpen = ({ id }: FileToSend): boolean => ['receiving', 'finishing'].includes(states.get(id)?.state ?? '');
  try {
    for (;;) {
      states = await readStates(target, deadline);
      if (!files.some(isOpen)) break;
      await pauseBeforeTrying(LOOK_AGAIN_MS, { signal: deadline });
    }
  } catch {
    // The server is going too; what it last said has to do.
  }
  return new Map(files.map(({ id }) => [id, states.get(id)?.state === 'stored' ? 'stored' : 'interrupted']));
}
