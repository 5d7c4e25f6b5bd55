import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, 'bin.ts');
const driver = join(import.meta.dirname, '../test/sqlite-driver.ts');

function failing(only: string, fault: string): string[] {
  const env = { ...process.env, SQLITE_FAULT: fault };
  const { stdout } = spawnSync(process.execPath, [bin, driver, '--only', only], { env, encoding: 'utf8' });
  expect(stdout).toMatch(/ \d+ failed/);
  return [...stdout.matchAll(/^\| ([\w.-]+) .*✗ failed \|$/gm)].map(([, id = '']) => id);
}

// Each function is one or two synchronous statements, so a lack of atomicity shows only between processes. Without a fault,
// the driver passes every case: see bin.test.ts.
describe('a driver on a synchronous backend', { timeout: 300_000 }, () => {
  it.each([
    ['touch reads first and writes back later', 'touch', 'processes.touch'],
    ['deleteExpired looks first and deletes later', 'delete-expired', 'processes.delete-expired'],
    ['deleteBySubject looks first and deletes later', 'delete-by-subject', 'processes.delete-by-subject'],
    ['deleteSession looks first and deletes later', 'delete-session', 'processes.moved-destroyed'],
    ['gc() waits for a timer that does not keep the process alive', 'gc-unref', 'gc.one-shot'],
    ['gc() resolves before the work is done', 'gc-not-awaited', 'gc.one-shot'],
    ['the table is looked up first and created later', 'table-at-start', 'processes.start'],
  ])('in which %s fails', (_, fault, id) => {
    expect(failing(id, fault)).toContain(id);
  });

  it.each(['touch', 'delete-expired', 'delete-by-subject', 'delete-session'])(
    'whose %s is not atomic passes every case within one process',
    (fault) => {
      expect(failing('storage.', fault).filter((id) => id.endsWith('-race'))).toEqual([]);
    },
  );
});
