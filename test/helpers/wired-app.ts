import { fileURLToPath } from 'node:url';
import { Application } from './application.ts';
import { startChaosProxy, type ChaosProxy } from './chaos-proxy.ts';
import { waitUntil } from './wait-until.ts';

const PATIENCE_MS = 30_000;
const LAY_WIRE = fileURLToPath(new URL('./lay-wire.cjs', import.meta.url));

/**
 * The real app, with a wire between its main process and the server inside it, which can fail and is no faster than a network: what a test
 * looks at while it moves keeps no processor busy.
 */
export interface WiredApp {
  readonly app: Application;
  readonly proxy: ChaosProxy;
  start(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function createWiredApp(): Promise<WiredApp> {
  const proxy = await startChaosProxy();
  const app = new Application({ before: { file: LAY_WIRE, env: { SLIPWAY_TEST_WIRE: String(proxy.port) } } });
  async function start(): Promise<void> {
    proxy.forgetTarget();
    await app.start();
    proxy.target(await waitUntil('the server of the app to listen', () =>
      app.electron.evaluate((): number | false => Number(Reflect.get(globalThis, 'wiredPort') ?? 0) || false), PATIENCE_MS));
  }

  return {
    app, proxy, start,
    async restart() {
      await app.stop();
      await start();
    },
    async stop() {
      await app.dispose();
      await proxy.stop();
    },
  };
}
