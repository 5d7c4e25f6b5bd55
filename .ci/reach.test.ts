import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { reachOf } from './reach.ts';

describe('the reach of an operation', () => {
  it('does not count anything outside packages', async () => {
    expect(await reachOf(async () => JSON.stringify({}))).toMatchObject({ files: 0, calls: 0 });
  });

  it('counts the files and calls of a package', async () => {
    const file = join(import.meta.dirname, '../packages/session/src/session/strict-session.ts');
    const { refuseCallback } = (await import(
      pathToFileURL(file).href
    )) as typeof import('../packages/session/src/session/strict-session.ts');
    const { files, packages } = await reachOf(async () => refuseCallback('save', []));
    expect(files).toBeGreaterThan(0);
    expect(packages.get('session')).toEqual({ files: 1, calls: 1 });
  });
});

describe('one operation on SQLite', () => {
  const printed = execFileSync(process.execPath, [join(import.meta.dirname, 'reach.ts')], {
    encoding: 'utf8',
  });
  const reaches = new Map(
    [...printed.matchAll(/^(.+?): +(.+?) +(\d+) files +(\d+) calls/gm)].map(
      ([, backend, operation, files, calls]) => [`${backend}: ${operation}`, [Number(files), Number(calls)]],
    ),
  );

  it.each([
    ['sqlite: load', 8, 20],
    ['sqlite: save', 12, 40],
    ['sqlite: load, update', 14, 75],
  ])('stays short enough to follow with a debugger: %s', (operation, mostFiles, mostCalls) => {
    const [files, calls] = reaches.get(operation) ?? [];
    expect(files).toBeLessThanOrEqual(mostFiles);
    expect(calls).toBeLessThanOrEqual(mostCalls);
  });
});
