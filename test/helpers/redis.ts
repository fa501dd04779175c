import { startCacheServer, type CacheServer } from './cache-server.ts';
import { startProcess } from './child-process.ts';
import { findTool } from './tools.ts';

export function startRedis(more: readonly string[] = []): Promise<CacheServer> {
  const program = findTool('redis-server');
  return startCacheServer('redis', (port) =>
    startProcess(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more]),
  );
}
