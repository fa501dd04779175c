import { asFailure, systemErrorCode } from './failure.ts';

interface Wanted {
  readonly folder: string;
  readonly hosts: readonly string[];
  readonly port: number;
}

/** For the person at the terminal, who, unlike a sender, may and must read of paths and ports: what is wrong, and what to do. */
export function whyNotStarted(error: unknown, { folder, hosts, port }: Wanted): string {
  const failure = asFailure(error);
  switch (failure.code) {
    case 'PORT_IN_USE':
      return `Another program already uses port ${port}. End it, or choose another port with --port.`;
    case 'ADDRESS_NOT_AVAILABLE':
      return `This computer does not have the address ${hosts.join(' or ')}. 0.0.0.0 takes all that it has.`;
    case 'CONFIG_DEST_NOT_WRITABLE':
      return `The upload folder cannot be written to: ${folder} ${whatIsWrong(systemErrorCode(failure.cause))}.`;
    default:
      // Ports below 1024 belong to the system on most computers.
      if (systemErrorCode(failure.cause) === 'EACCES') return `This user may not take port ${port}. Choose one above 1023 with --port.`;
      return failure.reason === undefined ? failure.message : `${failure.message} (${failure.reason})`;
  }
}

function whatIsWrong(reason: string | undefined): string {
  switch (reason) {
    case 'ENOTDIR':
    case 'EEXIST':
      return 'is a file, or would lie in one';
    case 'EACCES':
    case 'EPERM':
      return 'does not belong to you, or is closed to you';
    case 'EROFS':
      return 'is on a disk that can only be read';
    case 'ENOENT':
      return 'cannot be made there';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'is on a disk that is full';
    default:
      return reason === undefined ? 'is not safe to use' : `(${reason})`;
  }
}
