import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDriver } from '@store/conformance/vitest';
import { afterAll, expect, it } from 'vitest';
import { hasRedisServer, startServer, stopServer } from './redis-server.ts';

if (hasRedisServer) {
  // The path of a socket has room for 103 characters on macOS and 107 on Linux.
  const parent = tmpdir().length > 70 ? '/tmp' : tmpdir();
  const directory = await mkdtemp(join(parent, 'redis-driver-'));
  process.env.REDIS_DIRECTORY = directory;
  await startServer(directory);
  afterAll(async () => {
    await stopServer(directory);
    await rm(directory, { recursive: true, force: true });
  });
  await testDriver(new URL('./conformance.ts', import.meta.url));
} else {
  const skip = process.env.REDIS_REQUIRED === undefined;
  it('conforms [not run: this machine has no redis-server; Debian has the package]', { skip }, () => {
    expect(hasRedisServer, 'REDIS_REQUIRED is set, and there is no redis-server').toBe(true);
  });
}
