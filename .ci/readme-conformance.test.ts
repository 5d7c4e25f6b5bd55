import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const drivers = globSync('packages/*/src/start-session.ts', { cwd: root }).map((path) =>
  dirname(dirname(path)),
);

/** The counts in a driver's README, which the driver's own test checks: the cases at all levels, for each row of its report. */
function casesPassed(readme: string): string[] {
  const rows = readme.match(/^\| (records|functions|cookie) .*\|$/gm) ?? [];
  return rows.map((row) => {
    const counts = [...row.matchAll(/(\d+) of (\d+)/g)];
    const sum = (index: number) => counts.reduce((total, count) => total + Number(count[index]), 0);
    return `${sum(1)} of ${sum(2)}`;
  });
}

describe('the README', () => {
  it.each(drivers)("shows the same number of passed cases for %s as the driver's own README", (folder) => {
    const shown = read('README.md')
      .split('\n')
      .find((line) => line.includes(`(${folder}#conformance)`));
    const passed = casesPassed(read(`${folder}/README.md`));
    expect(passed).not.toEqual([]);
    expect(shown?.match(/\d+ of \d+/g)).toEqual(passed);
  });
});
