import { endWithNpm } from './end-with-npm.mjs';
import { serveHere } from './serve-here.mjs';
import { ensureReady } from './setup.mjs';

endWithNpm();
await ensureReady();
await serveHere(process.argv.slice(2));
