import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const bin = join(import.meta.dirname, 'bin.ts');
const driver = join(import.meta.dirname, '../test/json-file-driver.ts');
/** A driver whose multi-process cases run three times as fast. */
const sqliteDriver = join(import.meta.dirname, '../test/sqlite-driver.ts');

function run(args: string[], fault = '') {
  const env = { ...process.env, JSON_FILE_FAULT: fault };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    env,
    encoding: 'utf8',
    timeout: 200_000,
  });
  const failed = [...stdout.matchAll(/^\| ([\w.-]+) .*✗ failed \|$/gm)].map(([, id]) => id);
  return { status, stdout, stderr, failed };
}

async function reportFile() {
  const directory = await mkdtemp(join(tmpdir(), 'store-conformance-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const report = join(directory, 'CONFORMANCE.md');
  return { report, read: () => readFile(report, 'utf8') };
}

// Each process case starts several processes, which takes a long time on a small machine.
describe('store-conformance', { timeout: 300_000 }, () => {
  it('writes a report as a Markdown table, and exits with 0 for a driver that keeps every promise', async () => {
    const { report, read } = await reportFile();
    expect(run([sqliteDriver, '--write', report])).toEqual({
      status: 0,
      stdout: `Wrote ${report}.\n`,
      stderr: '',
      failed: [],
    });
    const text = await read();
    expect(text).toMatch(
      /^@store\/conformance [\d.]+, by @store\/conformance [\d.]+ with @store\/core [\d.]+ on Node [\d.]+, \d{4}-\d\d-\d\d\.\n\n/,
    );
    expect(text).toContain('| load.found | required | load() returns data and flash as last saved. | ✓ |');
    expect(text).toMatch(
      /^A driver of kind `records`, capabilities: subjects, savesInOneStep, sharedBetweenInstances, sharedBetweenProcesses\.$/m,
    );
    expect(text).toMatch(
      /^\| records \| subjects, savesInOneStep, sharedBetweenInstances, sharedBetweenProcesses \| \d+ of \d+ \| (\d+) of \1 \| /m,
    );
    expect(text).toMatch(/^\d+ passed, 0 failed, \d+ not run\. It conforms\.\n$/m);
  });

  it('exits with 1 and reports the failures of a driver, such as one that writes without a lock', () => {
    const { status, stderr, failed } = run([driver, '--only', 'processes.updates'], 'no-lock');
    expect(failed).toEqual(['processes.updates']);
    expect(status).toBe(1);
    expect(stderr).toContain('processes.updates failed: AssertionError');
  });

  it.each([
    ['a driver with a timer that never ends', 'timer', 'close.exits', 1],
    ['a driver with a timer that runs until the store is closed', 'timer-until-closed', 'process.exits', 0],
    [
      'a driver that shares sessions with other processes without claiming it',
      'not-claimed',
      'processes.apart',
      0,
    ],
  ])('fails %s', (_, fault, id, status) => {
    expect(run([driver, '--only', id], fault)).toMatchObject({ failed: [id], status });
  });

  it('prints a report of only the cases whose id starts with the given text', () => {
    const { stdout } = run([driver, '--only', 'load.found']);
    expect(stdout).toContain('| load.found | required | load() returns data and flash as last saved. | ✓ |');
    expect(run([driver, '--only', 'storage.move']).stdout).toMatch(/^5 passed, 0 failed\./m);
    expect(stdout).not.toContain('It conforms');
  });

  it('overwrites a good report only if the driver conforms', async () => {
    const { report, read } = await reportFile();
    await writeFile(report, 'a good one');
    for (const [only = '', fault] of [
      ['load.', ''],
      ['processes.updates', 'no-lock'],
    ]) {
      run([driver, '--only', only, '--write', report], fault);
      expect(await read()).toBe('a good one');
    }
  });

  it('exits with 2 when no case id starts with the given text', () => {
    const { status, stdout, stderr } = run([driver, '--only', 'foo']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('No case id of this driver starts with "foo"');
  });

  it('names the cause of a failure in another process', () => {
    const { stderr } = run([driver, '--only', 'processes.share'], 'fails-elsewhere');
    expect(stderr).toMatch(/In another process: StoreError: .* Caused by: Error: the disk is full/);
  });

  it('exits with 2 and names the problem when the module or the command line is invalid', () => {
    expect(run([bin.replace('bin', 'index')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('must export start as a function'),
    });
    for (const [args, text] of [
      [['--ony', 'x'], 'Unknown option --ony: did you mean --only?\n'],
      [['-x'], 'Unknown option -x: the options are --help, --only, --write.\n'],
      [[driver, '--write'], "Option '--write <value>' argument missing\n"],
      [[driver, '--write', ''], '--write must be followed by the path of a file.\n'],
      [[driver, driver], 'Pass one driver module, not 2.\n'],
    ] as const) {
      const { status, stdout, stderr } = run([...args]);
      expect({ status, stdout, stderr: stderr.replace('[@store/conformance] ', '') }).toEqual({
        status: 2,
        stdout: '',
        stderr: text,
      });
    }
    expect(run([])).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') });
    expect(run(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('usage:') });
  });
});
