import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSessionId } from '@store/core';
import { expect, it } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { startSession } from './start-session.ts';

const run = promisify(execFile);
const example = join(import.meta.dirname, '..', 'test', 'examples', 'clean-up.ts');

// 400 are too few to start the checkpoint thread; 2000 are enough.
it.each([400, 2000])('collects %i expired sessions with the README script for cron', async (count) => {
  const database = temporaryDatabase();
  const store = await startSession({ database, cache: false, idleTimeout: 60, now: () => Date.now() - 1e9 });
  await Promise.all(Array.from({ length: count }, () => store.save(createSessionId(), {}, {})));
  await store.close();
  const env = { ...process.env, DATABASE: database };
  const { stdout } = await run(process.execPath, [example], { env });
  expect(stdout).toBe(`removed ${count} expired sessions\n`);
  const after = await startSession({ database, cache: false });
  expect(await after.count()).toBe(0);
  await after.close();
});
