import { cacheStore, type SessionStore, type StartOptions } from '@store/core';
import { createRecordStore, invalidOption, resolveTimeouts, StoreError } from '@store/core/driver';
import { createClient } from 'redis';
import { type RedisClient, redisStorage } from './redis-storage.ts';

const name = 'redis-driver';

export interface RedisSessionOptions extends StartOptions {
  /** The address of Redis (`redis://…`, `rediss://…`, `unix:…`), or a connected node-redis client, which the store does not close. */
  redis: string | RedisClient;
  /** The prefix of every key. The braces make a cluster keep the keys together. @default '{sessions}' */
  prefix?: string;
}

/**
 * Keeps sessions in Redis, and caches the store unless `cache` is false.
 *
 * @throws {StoreError} `INVALID_OPTION` naming the option; `UNAVAILABLE` when Redis does not respond.
 * @example
 * await startSession({ redis: 'redis://localhost:6379' });
 */
export async function startSession(options: RedisSessionOptions): Promise<SessionStore> {
  const { redis, prefix = '{sessions}', cache = true, ...rest } = options ?? {};
  if (!(typeof redis === 'string' && redis !== '') && typeof (redis as RedisClient)?.evalSha !== 'function') {
    throw invalidOption(name, 'redis', 'an address or a node-redis client', redis);
  }
  if (typeof prefix !== 'string' || prefix === '') throw invalidOption(name, 'prefix', 'a text', prefix);
  resolveTimeouts(name, rest);

  const { client, close } = typeof redis === 'string' ? await connect(redis) : { client: redis, close() {} };
  const store = createRecordStore({ ...redisStorage(client, prefix), close }, { ...rest, name });
  if (cache) cacheStore(store);
  return store;
}

async function connect(address: string): Promise<{ client: RedisClient; close(): Promise<void> }> {
  const socketPath = /^unix:(.+)/.exec(address)?.[1];
  const client = createClient({
    ...(socketPath === undefined ? { url: address } : { socket: { path: socketPath, tls: false } }),
    // While Redis is unreachable, a call fails immediately instead of waiting indefinitely.
    disableOfflineQueue: true,
  });
  // Without a listener, a lost connection would end the process. Each failed call rejects anyway.
  client.on('error', () => {});
  try {
    await Promise.race([client.connect(), failure(client)]);
  } catch (cause) {
    client.destroy();
    throw new StoreError('UNAVAILABLE', `[${name}] Redis does not respond. See the cause for details.`, {
      cause,
    });
  }
  return {
    client: busyClient(client),
    async close() {
      if (client.isReady) await client.close();
      else client.destroy();
    },
  };
}

/** node-redis retries forever, but startup should fail if it cannot connect. */
function failure(client: {
  once(event: 'error', listener: (error: Error) => void): unknown;
}): Promise<never> {
  return new Promise((_, reject) => client.once('error', reject));
}

/** Wraps the client so that its connection keeps the process alive only while a call is pending. */
function busyClient(client: RedisClient & { ref(): void; unref(): void }): RedisClient {
  let waiting = 0;
  async function whileBusy<T>(call: () => Promise<T>): Promise<T> {
    if (waiting++ === 0) client.ref();
    try {
      return await call();
    } finally {
      if (--waiting === 0) client.unref();
    }
  }
  client.unref();
  return {
    hmGet: (...args) => whileBusy(() => client.hmGet(...args)),
    evalSha: (...args) => whileBusy(() => client.evalSha(...args)),
    eval: (...args) => whileBusy(() => client.eval(...args)),
  };
}
