// One of the peers, as its documentation sets it up: node peer-server.mjs KIND FOLDER PAGES, forked.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileStore } from '@tus/file-store';
import { Server as TusServer } from '@tus/server';
import busboy from 'busboy';
import express from 'express';
import multer from 'multer';
import { answerParent } from './bench-child.mjs';

const [kind, folder, pages] = process.argv.slice(2);

const KINDS = {
  multer() {
    const app = express();
    app.post('/upload', multer({ dest: folder }).any(), (_request, response) => response.status(201).end());
    app.use(express.static(pages));
    return app;
  },
  tus() {
    const server = new TusServer({ path: '/files', datastore: new FileStore({ directory: folder }) });
    const files = express.static(pages);
    return (request, response) => {
      if (request.url.startsWith('/files')) server.handle(request, response);
      else files(request, response, () => response.writeHead(404).end());
    };
  },
  busboy: () => (request, response) => {
    const writing = [];
    const parser = busboy({ headers: request.headers });
    parser.on('file', (_name, stream) => writing.push(pipeline(stream, createWriteStream(join(folder, randomUUID())))));
    parser.on('close', () => void Promise.all(writing).then(() => response.writeHead(201).end()));
    request.pipe(parser);
  },
  pipe: () => async (request, response) => {
    await pipeline(request, createWriteStream(join(folder, randomUUID())));
    response.writeHead(201).end();
  },
};

const server = createServer(KINDS[kind]());
server.listen(0, '127.0.0.1');
await once(server, 'listening');
answerParent(server.address().port);
