import { performance } from 'node:perf_hooks';
import { createRandom, roundSeed } from './random.ts';
import type { Scene } from './scene.ts';
import { cancelLast, sendJob } from './send-job.ts';
import { planJobs, type Job } from './plan-jobs.ts';
import type { SenderTools } from './sender.ts';
import { createWire } from './wire.ts';

const MOST_TRIES = 200;
const PAUSE_MS = 25;

/** What was seen in one round. */
export interface RoundReport {
  readonly round: number;
  readonly fault: string;
  readonly files: number;
  readonly bytes: number;
  readonly strikes: number;
  readonly tries: number;
  readonly tookMs: number;
  readonly losses: readonly string[];
}

/** Sends by every road while the scene's fault strikes, heals, resumes, and looks at what is there in the end. */
export async function runRound(seed: number, round: number, scene: Scene): Promise<RoundReport> {
  const startedMs = performance.now();
  const random = createRandom(roundSeed(seed, round));
  const jobs = await planJobs(random, round);
  const files = jobs.flatMap((job) => job.files);
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  const due = Array.from({ length: random.int(1, scene.mostStrikes) }, () => ({ share: random.share(), delayMs: random.int(0, 40) })).sort((one, other) => one.share - other.share);
  const losses: string[] = [];
  let [sent, strikes, tries] = [0, 0, 0];
  let healing: Promise<void> | undefined;

  const heal = async (): Promise<void> => {
    if (scene.isDead?.() === true) losses.push(...(await scene.arena.judgeNow(files)));
    await scene.heal();
  };
  const strike = async (delayMs: number): Promise<void> => {
    await pause(delayMs);
    if (!(await scene.strike({ wire, random }))) return;
    strikes += 1;
    await heal();
  };
  const setHealing = (job: Promise<void>): void => {
    healing = job.finally(() => (healing = undefined));
    // Every sender waits for it, and so does the round: they hear why it failed, whether or not they are there by then.
    healing.catch(() => undefined);
  };
  const onSent = (count: number): void => {
    sent += count;
    const next = due[0];
    if (healing !== undefined || next === undefined || sent < next.share * bytes) return;
    due.shift();
    setHealing(strike(next.delayMs));
  };
  const wire = createWire(() => scene.url(random), onSent);
  const tools: SenderTools = {
    wire,
    mayBeScarce: scene.mayBeScarce,
    lose: (what) => void losses.push(what),
    async again(why) {
      tries += 1;
      if (tries > MOST_TRIES) throw new Error(`gave up after ${MOST_TRIES} tries, the last of which came to: ${why}`);
      if (healing === undefined && scene.diesByItself && scene.isDead?.() === true) {
        strikes += 1;
        setHealing(heal());
      }
      await healing;
      await pause(PAUSE_MS);
    },
  };
  try {
    await Promise.all([...jobs.map((job) => sendJob(job, tools)), ...jobs.map((job) => cancelInTime(job, () => sent / bytes, tools))]);
    await healing;
    // Everything came before the first one was due, or none could strike while something came.
    if (strikes === 0) await strike(0);
    if (strikes === 0) losses.push('the fault never struck, so this round shows nothing');
    losses.push(...(await scene.verdict?.() ?? []), ...(await scene.arena.judgeEnd(files)));
  } catch (error) {
    losses.push(error instanceof Error ? error.message : String(error));
    // What broke the round has been written down; that it cannot be healed either is no news.
    await healing?.catch(() => undefined);
    losses.push(...(await scene.arena.judgeNow(files)));
  }
  return { round, fault: scene.name, files: files.length, bytes, strikes, tries, tookMs: Math.round(performance.now() - startedMs), losses };
}

async function cancelInTime(job: Job, share: () => number, tools: SenderTools): Promise<void> {
  if (job.cancelAtShare === 1) return;
  while (share() < job.cancelAtShare) {
    if (job.files.at(-1)?.outcome !== 'open') return;
    await pause(PAUSE_MS);
  }
  await cancelLast(job, tools);
}

/** Faults strike between the steps of the server, wherever it is by then. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
