import { endWithNpm } from './end-with-npm.mjs';
import { serveHere } from './serve-here.mjs';
import { ensureReady } from './setup.mjs';

await ensureReady();
endWithNpm();
await serveHere(process.argv.slice(2));
