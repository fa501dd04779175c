import { MANIFEST_FIELD } from '../../server/contracts/api.ts';
import type { AnnouncedFile, Manifest } from '../../server/contracts/upload.ts';
import { describeFile } from './announce.ts';
import type { FileHasher } from './hash/file-hasher.ts';
import { makeId } from './make-id.ts';
import type { QueuedFile } from './plan-request.ts';

export type GatheredForm =
  /** In memory, with the hash of every file in its manifest: the bytes that were hashed are the bytes that travel. */
  | { readonly kind: 'gathered'; readonly form: Blob }
  /** Without hashes; the browser reads the files as they go out. */
  | { readonly kind: 'plain'; readonly form: FormData }
  | { readonly kind: 'unreadable'; readonly ids: readonly string[] };

/** One form: the manifest first, then the files in its order. */
export async function gatherForm(files: readonly QueuedFile[], hasher: FileHasher): Promise<GatheredForm> {
  const boundary = `slipway-${makeId()}`;
  const end = `\r\n--${boundary}--\r\n`;
  const parts = files.flatMap(({ file }, index) => [`${index === 0 ? '' : '\r\n'}${headOf(file, boundary)}`, file]);
  const gathered = await hasher.gather([...parts, end]);
  switch (gathered.kind) {
    case 'gathered': {
      const described = files.map((queued, index): AnnouncedFile => {
        const digest = gathered.digests[index];
        return { ...describeFile(queued), ...(digest === undefined ? {} : { digest }) };
      });
      const manifest = `--${boundary}\r\nContent-Disposition: form-data; name="${MANIFEST_FIELD}"\r\n\r\n${toManifest(described)}\r\n`;
      return { kind: 'gathered', form: new Blob([manifest, gathered.body], { type: `multipart/form-data; boundary=${boundary}` }) };
    }
    case 'unreadable': return { kind: 'unreadable', ids: gathered.places.flatMap((place) => files[place >> 1]?.id ?? []) };
    case 'unable': return { kind: 'plain', form: plainForm(files) };
    default: return gathered satisfies never;
  }
}

function toManifest(files: Manifest['files']): string {
  return JSON.stringify({ files } satisfies Manifest);
}

/** As browsers write it (HTML standard, "multipart/form-data encoding algorithm"). */
function headOf({ name }: File, boundary: string): string {
  const escaped = name.replace(/\r/gu, '%0D').replace(/\n/gu, '%0A').replace(/"/gu, '%22');
  return `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escaped}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
}

function plainForm(files: readonly QueuedFile[]): FormData {
  const form = new FormData();
  form.append(MANIFEST_FIELD, toManifest(files.map((file) => describeFile(file))));
  for (const { file } of files) form.append('file', file, file.name);
  return form;
}
