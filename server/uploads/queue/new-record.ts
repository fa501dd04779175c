import type { AnnouncedFile, Sender, UploadRecord } from '../../contracts/upload.ts';
import { asFailure, type Failure } from '../../failure.ts';
import { placeFile, type Placement } from '../naming/placement.ts';

/** What is known of a file before its bytes come. */
export interface ExpectedFile {
  readonly id: string;
  readonly batch: string;
  readonly sender: Sender;
  readonly rawName: string;
  readonly announced: AnnouncedFile | undefined;
}

/** Shown where a name cannot be: nothing usable was sent. */
const NAMELESS = 'unnamed';

export type Placed =
  | { readonly ok: true; readonly record: UploadRecord; readonly placement: Placement }
  | { readonly ok: false; readonly record: UploadRecord; readonly failure: Failure };

/**
 * The first record of a file: `waiting`, or `failed` when it has no place to go to.
 * @param mostNameBytes that its folder takes, as `UploadFolder` says
 */
export function newRecord(file: ExpectedFile, mostNameBytes: number, createdAtMs: number): Placed {
  const base = {
    id: file.id,
    batch: file.batch,
    size: file.announced?.size ?? null,
    received: 0,
    sender: file.sender,
    createdAtMs,
    changedAtMs: Date.now(),
  };
  try {
    const placement = placeFile({ rawName: file.rawName, rawFolder: file.announced?.folder }, mostNameBytes);
    // Accents that Apple's systems write as characters of their own look no different.
    const original = placement.name === file.rawName.normalize('NFC') ? {} : { originalName: readable(file.rawName) };
    return { ok: true, placement, record: { ...base, ...original, name: placement.name, path: placement.path, state: 'waiting' } };
  } catch (error) {
    const failure = asFailure(error);
    const record = { ...base, name: NAMELESS, path: NAMELESS, originalName: readable(file.rawName), state: 'failed' as const, failure: failure.report() };
    return { ok: false, failure, record };
  }
}

/** An original name is kept for people to recognise: without control characters, and not longer than a name can be. */
function readable(raw: string): string {
  return raw.replace(/[\p{Cc}\p{Cf}]|\p{Surrogate}/gu, '\uFFFD').slice(0, 255);
}
