import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSessionId } from '@store/core';
import { expect, it } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { startSession } from './start-session.ts';

const run = promisify(execFile);
const fixture = join(import.meta.dirname, '..', 'test', 'collect-once.ts');

// 400 are too few for the checkpoint thread, 2000 are not.
it.each([400, 2000])('collects %i expired sessions in a program that does nothing else', async (count) => {
  const database = temporaryDatabase();
  const store = await startSession({ database, cache: false, idleTimeout: 60, now: () => Date.now() - 1e9 });
  await Promise.all(Array.from({ length: count }, () => store.save(createSessionId(), {}, {})));
  await store.close();
  expect((await run(process.execPath, [fixture, database])).stdout).toBe(`removed ${count}\n`);
  const after = await startSession({ database, cache: false });
  expect(await after.count()).toBe(0);
  await after.close();
});
