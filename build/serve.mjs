import { serveHere } from './serve-here.mjs';
import { ensureReady } from './setup.mjs';

await ensureReady();
await serveHere(process.argv.slice(2));
