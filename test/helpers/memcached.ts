import { startCacheServer, type CacheServer } from './cache-server.ts';
import { startProcess } from './child-process.ts';
import { findTool, isRoot } from './tools.ts';

export function startMemcached(more: readonly string[] = []): Promise<CacheServer> {
  const program = findTool('memcached');
  return startCacheServer('memcached', (port) =>
    startProcess(program, ['-p', String(port), '-l', '127.0.0.1', '-U', '0', ...(isRoot() ? ['-u', 'root'] : []), ...more]),
  );
}
