/** The file is not what was picked any more: changed, moved, or taken back by the system. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}
