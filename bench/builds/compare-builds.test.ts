import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCheckout } from '../test/other-checkout.ts';
import { rowOf } from './compare-builds.ts';

let parent: string;
let older: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'store-bench-builds-'));
  older = makeCheckout(join(parent, 'older'), 'the older build');
});
afterEach(() => rmSync(parent, { recursive: true }));

const compare = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'compare-builds.ts'), ...args], {
    encoding: 'utf8',
  });

describe('the comparison of two builds', () => {
  it('has a row for each operation, next to the bare read where there is one', () => {
    const { stdout, stderr, status } = compare('--before', older, '--only', 'core', '--rounds', '2');
    expect([status, stderr.includes('Error')]).toEqual([0, false]);
    const rows = stdout.trim().split('\n').slice(2);
    expect(rows.map((row) => row.split(' | ')[0])).toEqual(
      [
        'load',
        'save over',
        'load, update',
        'update',
        'touch',
        'save new, destroy',
        'loads in flight',
        'load, synchronous',
      ].map((operation) => `| core: ${operation}`),
    );
    // The two kinds of load have every column; no other operation has a bare one.
    expect(rows.filter((row) => !row.includes('| – |'))).toHaveLength(2);
  });

  it('says what is missing, and which subjects there are', () => {
    expect(compare().stderr).toContain('--before <a checkout, built>');
    expect(compare('--before', older, '--only', 'redis').stderr).toContain('There is no redis');
  });
});

describe('importsOf', () => {
  it('gives each checkout and each copy modules of its own', () => {
    const checkouts = [older, makeCheckout(join(parent, 'newer'), 'the newer build')];
    const module = pathToFileURL(join(import.meta.dirname, 'built-imports.ts')).href;
    const program = `
      import { importsOf } from ${JSON.stringify(module)};
      const [older, newer] = ${JSON.stringify(checkouts)};
      const copies = await Promise.all(
        [importsOf(older, 'a'), importsOf(newer, 'b'), importsOf(newer, 'c')].map((load) => load('@store/core')),
      );
      console.log(JSON.stringify([copies.map(({ build }) => build), copies[1] === copies[2]]));
    `;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual([['the older build', 'the newer build', 'the newer build'], false]);
  });
});

describe('a row', () => {
  it('compares round by round, and leaves open what was not measured', () => {
    const costs = new Map([
      ['this build', [1, 2, 3]],
      ['before', [2, 4, 6]],
      ['A/A control', [1, 2, 3]],
    ]);
    expect(rowOf('core: save', costs)).toBe(
      '| core: save | 2.00 | 0.500 (0.500–0.500) | 1.000 (1.000–1.000) | – | – | – |',
    );
    costs.set('bare read', [0.5, 1, 1.5]).delete('before');
    expect(rowOf('core: load', costs)).toBe(
      '| core: load | 2.00 | – | 1.000 (1.000–1.000) | – | 1.00 | 1.00 |',
    );
  });
});
