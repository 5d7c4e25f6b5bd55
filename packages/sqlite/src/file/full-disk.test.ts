import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, type TestContext } from 'vitest';
import { canMount, namespace } from '../../test/report.ts';
import { temporaryDatabase } from '../../test/temporary-database.ts';

const run = promisify(execFile);
const fixture = (name: string) => join(import.meta.dirname, '../../test', `${name}.ts`);

/** Runs a program from test/ on a separate disk, after these shell commands. */
async function onSmallDisk(
  context: TestContext,
  megabytes: number,
  program: string,
  shell = '',
  ...args: string[]
) {
  if (!canMount) context.skip('mounts need root or user namespaces');
  const disk = join(dirname(temporaryDatabase()), 'disk');
  mkdirSync(disk);
  const script = `mount -t tmpfs -o mode=700,size=${megabytes}m none "$DISK"; ${shell}\nexec "$@"`;
  const command = [process.execPath, fixture(program), ...args.map((each) => each.replace('DISK', disk))];
  const { stdout } = await run('unshare', [...namespace, 'sh', '-e', '-c', script, 'sh', ...command], {
    env: { ...process.env, DISK: disk },
    timeout: 60_000,
  });
  return { disk, ...JSON.parse(stdout) };
}

describe('on a full disk,', () => {
  it.for([
    // A new database is still entirely in the log, and must be written back before the log has room again.
    { count: 20, mode: 'path' },
    { count: 200, mode: 'path' },
    { count: 2000, mode: 'path' },
    { count: 20, mode: 'wal' },
    { count: 2000, mode: 'wal' },
    { count: 20, mode: 'delete' },
    { count: 2000, mode: 'delete' },
  ])('sessions can be ended and none is lost: $count, opened by $mode', async (row, context) => {
    const { count, mode } = row;
    const result = await onSmallDisk(context, 20, 'fill-disk', '', 'DISK/', String(count), mode);
    const { outcomes } = result;
    expect(outcomes).toMatchObject({
      before: { worked: count },
      'sign-out': { worked: 15 },
      everywhere: { worked: 1 },
      gc: { worked: 1 },
      'with room again': { worked: 20 },
    });
    expect(Object.keys(outcomes.load ?? { worked: 1 })).toEqual(['worked']);
    const others = [...Object.keys(outcomes['new session']), ...Object.keys(outcomes.touch)];
    for (const refusal of others.filter((each) => each !== 'worked')) {
      expect(refusal).toContain(`UNAVAILABLE [@store/sqlite] The disk that holds ${result.disk} is full.`);
    }
    const { kept } = result;
    expect(result).toMatchObject({ integrity: 'ok', found: { lost: 0, left: kept, collected: kept } });
  });

  it('startup reports that the disk is full', async (context) => {
    const fill = 'head -c 9999999 /dev/zero >"$DISK/other.log" 2>/dev/null || true';
    const result = await onSmallDisk(context, 1, 'start-and-report', fill, 'DISK/sessions.db');
    expect(result.outcome).toBe(
      `UNAVAILABLE [@store/sqlite] The disk that holds ${result.disk} is full. ` +
        'Nothing was written and nothing is lost; free some space on it.',
    );
  });
});

describe('where processes cannot share memory,', () => {
  it('startup names the file system, and says where to put the database', async (context) => {
    // With this limit on the size of files, the log's shared memory cannot be created, as on a file system that does not support it.
    const limit = "trap '' XFSZ; ulimit -f 16";
    const result = await onSmallDisk(context, 20, 'start-and-report', limit, 'DISK/sessions.db');
    expect(result.outcome).toContain(
      `does not support (its file system is tmpfs). Put the database on a local disk, or use @store/file or @store/postgres.`,
    );
  });
});
