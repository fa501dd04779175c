import { findTool } from '../helpers/tools.ts';
import { loadAborts } from './abort-cycles.ts';
import type { LoadSite } from './box.ts';
import { loadLinkRaces } from './link-races.ts';
import { loadMixedWork } from './mixed-work.ts';
import { loadMutations } from './mutations.ts';
import { notRun, truth, type Row } from './row.ts';
import { loadSlowBodies, loadSlowHeads, loadSlowReaders } from './slow-parts.ts';
import { loadSoak } from './soak.ts';

/** How much of each. */
export interface LoadSizes {
  readonly abortCycles: number;
  readonly mixedSeconds: number;
  readonly mutations: number;
  readonly linkRaces: number;
  readonly soakMinutes: number;
}

interface Part {
  /** Cases of test/cases/case-table.ts. */
  readonly title: string;
  /** A program that it cannot do without. */
  readonly tool?: string;
  run(site: LoadSite, sizes: LoadSizes): Promise<readonly Row[]>;
}

const PARTS: Readonly<Record<string, Part>> = {
  heads: { title: 'D11: slow heads, 500 connections', tool: 'slowhttptest', run: loadSlowHeads },
  bodies: { title: 'D12: slow bodies, 2 × 100 connections', tool: 'slowhttptest', run: loadSlowBodies },
  readers: { title: 'D13: slow readers, 200 connections', tool: 'slowhttptest', run: loadSlowReaders },
  aborts: { title: 'E2: uploads that are cut', run: (site, { abortCycles }) => loadAborts(site, abortCycles) },
  mixed: { title: 'I7: mixed work, 64 connections', tool: 'wrk', run: (site, { mixedSeconds }) => loadMixedWork(site, mixedSeconds) },
  mutations: { title: 'A24: changed bits', tool: 'zzuf', run: (site, { mutations }) => loadMutations(site, mutations) },
  links: { title: 'F11: a folder swapped for a link', run: (site, { linkRaces }) => loadLinkRaces(site, linkRaces) },
  soak: { title: 'I9: a fifth aborted', run: (site, { soakMinutes }) => loadSoak(site, soakMinutes) },
};

export interface PartReport {
  readonly part: string;
  readonly title: string;
  readonly tookMs: number;
  readonly rows: readonly Row[];
}

/** Runs one part. @param name one of those that the options know */
export async function runPart(name: string, site: LoadSite, sizes: LoadSizes): Promise<PartReport> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`There is no part ${name}.`);
  const { title, tool } = part;
  const beganMs = performance.now();
  const rows = tool !== undefined && !isInstalled(tool) ? [notRun('all of it', `${tool} is not installed`)] : await part.run(site, sizes).catch(broken);
  return { part: name, title, tookMs: Math.round(performance.now() - beganMs), rows };
}

/** Whatever ends a part early is a row that is missed, and the others go on. */
function broken(error: unknown): readonly Row[] {
  return [truth('came to its end', false, error instanceof Error ? error.message : String(error), 'yes')];
}

function isInstalled(tool: string): boolean {
  try {
    findTool(tool);
    return true;
  } catch {
    return false; // its row says so
  }
}
