import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const cwd = join(import.meta.dirname, '../../test/runners');
const { resolve } = createRequire(import.meta.url);
const binary = (name: string, path: string) => join(dirname(resolve(`${name}/package.json`)), path);

const runners: [string, string, string[], { [name: string]: string }][] = [
  ['vitest', process.execPath, [binary('vitest', 'vitest.mjs'), 'run', '--config', 'vitest.config.ts'], {}],
  ['node:test', process.execPath, ['--test', 'node-test.ts'], {}],
  [
    'Jest',
    process.execPath,
    [binary('jest', 'bin/jest.js'), '-c', 'jest.config.json', '--verbose'],
    { NODE_OPTIONS: '--experimental-vm-modules' },
  ],
  ['Bun', binary('bun', 'bin/bun.exe'), ['test', './bun.ts'], {}],
];

describe.each(runners)('the binding for %s', (_, command, args, variables) => {
  function run(forgetFlash: string, report?: string) {
    // Without the variables that this runner sets for its children.
    const { VITEST: _vitest, NODE_OPTIONS: _options, NODE_ENV: _env, ...outside } = process.env;
    const env = { ...outside, FORGET_FLASH: forgetFlash, REPORT: report, NO_COLOR: '1', ...variables };
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  it('turns every case into a test, runs them, and shows the ones that are not run', () => {
    const { status, output } = run('no');
    expect(output).toMatch(/\b38 pass(ed)?\b|\bpass 38\b/);
    expect(output).toMatch(/\b11 skip(ped)?\b|\bskipped 11\b/);
    expect(status).toBe(0);
  });

  it('fails with the sentence of the contract that does not hold', () => {
    const { status, output } = run('yes');
    expect(output).toContain('load.found (required): load() returns data and flash as last saved.');
    expect(output).toMatch(/\b[1-9] fail(ed)?\b|\bfail [1-9]\b/);
    expect(status).toBe(1);
  });

  it('fails if a README does not show how many cases pass', () => {
    const { status, output } = run('no', join(cwd, 'driver.mjs'));
    expect(output).toContain('must show this row');
    expect(output).toContain('| functions | none | ');
    expect(status).toBe(1);
  });
});
