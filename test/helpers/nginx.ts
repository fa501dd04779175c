import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { canConnect } from './can-connect.ts';
import { startProcess } from './child-process.ts';
import { makeTempFolder } from './temp-folder.ts';
import { findTool } from './tools.ts';
import { waitUntil } from './wait-until.ts';

/** What an administrator may have forgotten to change. */
interface NginxHabits {
  /** nginx collects a body whole before it passes it on, and takes none over 1 MB, as it does by itself. */
  readonly buffersBodies?: boolean;
  /** nginx says whom it speaks for. */
  readonly tellsAddress?: boolean;
}

/** A real nginx in front of servers on these ports, each request to the next one, set up as the README says unless told otherwise. */
export async function startNginx(port: number, upstreamPorts: readonly number[], habits: NginxHabits = {}): Promise<void> {
  const program = findTool('nginx');
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  await mkdir(join(temp.path, 'body'));
  const configuration = join(temp.path, 'nginx.conf');
  await writeFile(configuration, describe(temp.path, port, upstreamPorts, habits));
  const nginx = startProcess(program, ['-p', temp.path, '-c', configuration, '-e', join(temp.path, 'error.log')]);
  let ended = false;
  void nginx.ended.then(() => (ended = true), () => (ended = true));
  await waitUntil('nginx to listen', () => {
    if (ended) throw new Error(`nginx did not start: ${nginx.stderr()}`);
    return canConnect(port);
  });
}

function describe(folder: string, port: number, upstreamPorts: readonly number[], { buffersBodies = false, tellsAddress = false }: NginxHabits): string {
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`);
  return `
    daemon off;
    master_process off;
    pid ${join(folder, 'nginx.pid')};
    events {}
    http {
      access_log off;
      client_body_temp_path ${join(folder, 'body')};
      ${temporary.join('\n')}
      upstream slipway { ${upstreamPorts.map((upstream) => `server 127.0.0.1:${upstream};`).join(' ')} }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://slipway;
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          ${tellsAddress ? 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;' : ''}
          ${buffersBodies ? '' : 'proxy_request_buffering off; client_max_body_size 0;'}
        }
      }
    }`;
}
