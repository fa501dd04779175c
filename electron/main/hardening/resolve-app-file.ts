import path from 'node:path';
import { isAppUrl } from './app-origin.ts';

/** The file behind a URL of our protocol, inside `root`; null for anything that leads elsewhere. */
export function resolveAppFile(url: string, root: string): string | null {
  if (!isAppUrl(url)) return null;
  const decoded = decodePath(new URL(url).pathname);
  if (decoded === null || /[\0\\]/.test(decoded)) return null;
  const file = path.resolve(root, `.${decoded === '/' ? '/index.html' : decoded}`);
  return file.startsWith(path.resolve(root) + path.sep) ? file : null;
}

function decodePath(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    // A malformed escape names no file of ours.
    return null;
  }
}
