import { onTestFinished } from 'vitest';
import { launchServer, type TestServer, type TestServerOptions } from './launch-server.ts';

/** A real server for one vitest test; it stops and its folder goes when the test ends. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await launchServer(options);
  onTestFinished(() => server.stop());
  return server;
}
