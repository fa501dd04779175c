// Slipway's server as the bench measures it: node our-server.mjs FOLDER OWNER_TOKEN, forked.
import { fileURLToPath } from 'node:url';
import { answerParent } from './bench-child.mjs';

const BUILT = new URL('../../out/', import.meta.url);
const { startServer } = await import(new URL('server/index.js', BUILT).href);
const [folder, ownerToken] = process.argv.slice(2);

const log = (level, event, fields) => {
  if (level === 'error') console.error(event, fields);
};
const { url } = await startServer({ folder, code: null, ownerToken, pageFolder: fileURLToPath(new URL('renderer/page', BUILT)) }, log);
answerParent(Number(new URL(url).port));
