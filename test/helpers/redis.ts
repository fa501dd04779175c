import { createClient } from '@keyv/redis';
import { startCacheServer, type CacheServer } from './cache-server.ts';
import { startProcess } from './child-process.ts';
import { findTool } from './tools.ts';

/** What tests ask of it. */
export interface RedisLooker {
  keys(pattern: string): Promise<readonly string[]>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  pTTL(key: string): Promise<number>;
  configSet(name: string, value: string): Promise<unknown>;
  flushAll(): Promise<unknown>;
  info(section: string): Promise<string>;
}

export function startRedis(more: readonly string[] = []): Promise<CacheServer> {
  const program = findTool('redis-server');
  return startCacheServer('redis', (port) =>
    startProcess(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more]),
  );
}

/** Looks into Redis past the server under test. */
export async function askRedis<Reply>(url: string, ask: (redis: RedisLooker) => Promise<Reply>): Promise<Reply> {
  const redis = createClient({ url });
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    return await ask(redis);
  } finally {
    redis.destroy();
  }
}
