import { readFile } from 'node:fs/promises';

/** State of a TCP socket that listens, in the kernel's table. */
const LISTEN = '0A';

/** Addresses on which something listens on that port, as `ss -ltn` shows them: IPv4 with dots, IPv6 as 32 hex digits. Linux only. */
export async function listeningOn(port: number): Promise<readonly string[]> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')));
  return tables.flatMap((table) => table.split('\n').slice(1)).flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/u);
    const [address = '', localPort] = local.split(':');
    return state === LISTEN && localPort === wanted ? [address.length === 8 ? dotted(address) : address] : [];
  }).toSorted();
}

/** The kernel writes the four bytes from right to left. */
function dotted(hex: string): string {
  return (hex.match(/../gu) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)).join('.');
}
