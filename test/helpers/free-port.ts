import { createServer } from 'node:net';

/** A port of 127.0.0.1 that was free a moment ago; whoever uses it tries again with another when it is taken meanwhile. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The probe did not listen on a port.');
  return address.port;
}
