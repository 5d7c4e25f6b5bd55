import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { readManifest } from '../workspace.ts';
import { cleanEnvironment } from './clean-environment.ts';
import { install, packageManagers } from './package-managers.ts';
import { run } from './run.ts';

const ways = [
  { using: 'npm', runner: 'vitest', options: [], passed: /^ *Tests +(\d+) passed \| \d+ skipped/m },
  { using: 'pnpm', runner: 'node-test', options: ['--runner', 'node-test'], passed: /^. pass (\d+)\n/m },
] as const;

describe.each(ways)('$using create @store/driver, tested by $runner', ({ using, options, passed }) => {
  const { command } = packageManagers[using];
  const env = cleanEnvironment(join(inject('temporary'), 'home'));
  let driver: string;
  let steps: string;
  const inDriver = (...args: string[]) => run([...command, ...args], { cwd: driver, env });
  const read = (path: string) => readFile(join(driver, path), 'utf8');

  beforeAll(async () => {
    const cwd = await mkdtemp(join(inject('temporary'), `create-with-${using}-`));
    driver = join(cwd, 'my-driver');
    steps = await run([...command, 'create', '@store/driver', 'my-driver', ...options], { cwd, env });
    await inDriver('install');
  });

  it('says the next steps in the words of that package manager', () => {
    expect(steps).toContain(`  cd my-driver\n  ${using} install\n  ${using} test\n`);
  });

  it('begins a driver that passes every case that applies, and reports them', async () => {
    const output = await inDriver('test');
    const [, tests] = passed.exec(output) ?? [];
    await inDriver('run', 'report');
    const report = await read('CONFORMANCE.md');
    const [, cases, skipped] = /^(\d+) passed, 0 failed, (\d+) not run\. It conforms\.$/m.exec(report) ?? [];
    expect(tests, output).toBe(cases);
    expect(Number(cases)).toBeGreaterThan(60);
    expect(Number(skipped)).toBeLessThan(10);
  });

  it('begins a package that type checks, is versioned by its first changeset, and packs what its users need', async () => {
    await inDriver('run', 'typecheck');
    await inDriver('exec', 'changeset', 'version');
    expect(readManifest(join(driver, 'package.json')).version).toBe('0.1.0');
    expect(await read('CHANGELOG.md')).toMatch(/^# my-driver\n\n## 0\.1\.0\n/);

    await inDriver('run', 'build');
    const packed = JSON.parse(await inDriver('pack', '--json'));
    const { files } = (Array.isArray(packed) ? packed[0] : packed) as { files: { path: string }[] };
    expect(files.map(({ path }) => path).sort()).toEqual([
      'CONFORMANCE.md',
      'LICENSE',
      'README.md',
      'dist/my-driver.d.ts',
      'dist/my-driver.js',
      'package.json',
    ]);
  });

  it('begins a package whose README’s example runs where it is installed', async () => {
    const tarball = join(driver, 'my-driver-0.1.0.tgz');
    const application = await install([tarball, '@store/core', '@store/session'], { using });
    const [, example = ''] = /^```ts\n(.*?)^```/ms.exec(await read('README.md')) ?? [];
    await writeFile(join(application.folder, 'example.js'), stripTypeScriptTypes(example));
    await cp(join(import.meta.dirname, 'proofs'), application.folder, { recursive: true });
    expect(await application.node('server-counts-visits.mjs')).toContain('proved');
  });
});
