import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createSessionId } from '@store/core';
import { describe, expect, it, type TestContext } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { inspect, startWriting } from '../test/writing.ts';

const folder = join(import.meta.dirname, '..');
const hasShell = spawnSync('sqlite3', ['--version']).status === 0;

/** The commands in the README, each on a separate line. */
const backUp = `(umask 077 && sqlite3 sessions.db "VACUUM INTO 'copy.db'")`;
const restore = 'test -s copy.db && sqlite3 sessions.db ".timeout 5000" ".restore copy.db"';
const replace = 'chmod 600 copy.db && mv copy.db sessions.db && rm -f sessions.db-wal sessions.db-shm';
const script = `"${process.execPath}" "${join(folder, 'test', 'examples', 'back-up.ts')}"`;

/** Runs a command from the README in the directory of the database. */
async function run(command: string, path: string, context: TestContext) {
  if (command.includes('sqlite3') && !hasShell) context.skip('needs the sqlite3 shell');
  await promisify(execFile)('sh', ['-e', '-c', command], { cwd: dirname(path) });
}

const intact = { check: 'ok', missing: [] };

describe('a backup made while a store writes', () => {
  it.for([
    { name: 'the sqlite3 shell', command: backUp },
    { name: 'the script', command: script },
  ])(
    'contains every session acknowledged before it began, when made with $name',
    async ({ command }, context) => {
      const path = temporaryDatabase();
      const { report } = await startWriting(path);
      const { ids, writes } = await report();
      await run(command, path, context);
      const copy = join(dirname(path), 'copy.db');
      expect(await inspect(copy, ids)).toEqual(intact);
      expect(statSync(copy).mode & 0o777).toBe(0o600);
      await expect.poll(async () => (await report()).writes).toBeGreaterThan(writes);
      expect(await report()).toMatchObject({ failures: [], events: [] });
    },
  );
});

describe('a backup restored while two stores write', () => {
  it.for([
    { name: 'without a failed call', command: restore, failures: [], events: [] },
    {
      name: 'with an event, once they have noticed the new file',
      command: replace,
      failures: ['UNAVAILABLE'],
      events: ['database-replaced'],
    },
  ])('is served by both $name', async ({ command, ...outcome }, context) => {
    const path = temporaryDatabase();
    const stores = await Promise.all([startWriting(path), startWriting(path)]);
    const kept = [createSessionId()];
    for (const { ask } of stores) expect(await ask({ save: kept[0] ?? '' })).toBe('saved');
    await run(script, path, context);
    const later = createSessionId();
    for (const { ask } of stores) expect(await ask({ save: later })).toBe('saved');
    await run(command, path, context);

    for (const { ask } of stores) await expect.poll(() => ask({ exists: later })).toBe(false);
    for (let saved = 0; saved < 20; saved += 1) {
      for (const { ask } of stores) {
        const id = createSessionId();
        await expect.poll(() => ask({ save: id })).toBe('saved');
        kept.push(id);
      }
    }
    const content = await inspect(path, kept);
    for (const { report } of stores) {
      const { failures, events } = await report();
      expect(events).toEqual(outcome.events);
      // Depending on timing, either a write fails, or the check before the next write notices the new file first.
      for (const code of failures) expect(outcome.failures).toContain(code);
    }
    expect(content).toEqual(intact);
  });
});

describe('the README', () => {
  it.each([backUp, restore, replace])('shows the command %s', (command) => {
    expect(readFileSync(join(folder, 'README.md'), 'utf8').split('\n')).toContain(command);
  });
});
