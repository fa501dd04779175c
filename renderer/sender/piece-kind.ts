/** What the pieces of a large file are made of: the file itself, or memory into which it was read. */
export type PieceKind = 'file' | 'memory';

/**
 * WebKit 26 hangs when file-backed slices are uploaded (filepond#1059); other browsers send them twice as fast as memory. Every
 * browser on an iPhone is WebKit, whatever it calls itself, and only the vendor tells.
 * @param vendor `navigator.vendor`: "Apple Computer, Inc.", "Google Inc." or nothing
 */
export function pieceKind(vendor: string): PieceKind {
  return vendor.startsWith('Apple') ? 'memory' : 'file';
}
