import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDriver } from '@store/conformance/vitest';
import { afterAll, expect, it } from 'vitest';
import { hasRedisServer, startServer, stopServer } from './redis-server.ts';

if (hasRedisServer) {
  // The path of a socket is limited to 103 characters on macOS and 107 on Linux.
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
  it('conforms [not run: redis-server is not installed; on Debian, install redis-server]', { skip }, () => {
    expect(hasRedisServer, 'REDIS_REQUIRED is set, but redis-server is not installed').toBe(true);
  });
}
