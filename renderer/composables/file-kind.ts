import type { FileWord } from '../i18n/messages.ts';

export type FileKind = 'image' | 'video' | 'audio' | 'document' | 'archive' | 'other';

const EXTENSIONS: Readonly<Record<Exclude<FileKind, 'other'>, string>> = {
  image: 'jpg jpeg png gif webp avif heic heif tif tiff bmp svg dng cr2 cr3 nef arw raf',
  video: 'mp4 m4v mov mkv webm avi mts 3gp mpg mpeg',
  audio: 'mp3 m4a aac flac wav ogg opus aif aiff wma',
  document: 'pdf doc docx odt rtf txt md csv xls xlsx ods ppt pptx odp pages numbers key epub html htm json xml',
  archive: 'zip tar gz tgz bz2 xz zst 7z rar iso dmg',
};

const KIND_BY_EXTENSION: ReadonlyMap<string, FileKind> = new Map(
  (['image', 'video', 'audio', 'document', 'archive'] as const)
    .flatMap((kind) => EXTENSIONS[kind].split(' ').map((extension): [string, FileKind] => [extension, kind])),
);

/** @param type MIME type where the browser knows one; many files of phones and folders have none */
export function fileKind(name: string, type = ''): FileKind {
  const major = type.split('/', 1)[0];
  if (major === 'image' || major === 'video' || major === 'audio') return major;
  return KIND_BY_EXTENSION.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? 'other';
}

/** What to call files of these kinds together. */
export function fileWord(kinds: Iterable<FileKind>): FileWord {
  const found = new Set(kinds);
  if (found.size !== 1) return 'files';
  return found.has('image') ? 'photos' : found.has('video') ? 'videos' : 'files';
}
