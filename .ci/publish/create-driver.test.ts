import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { readManifest } from '../workspace.ts';
import { cleanEnvironment } from './clean-environment.ts';
import { install, packageManagers } from './package-managers.ts';
import { publicationOf } from './publications.ts';
import { writePublisherConfig } from './release.ts';
import { run } from './run.ts';

const ways = [
  { using: 'npm', runner: 'vitest', options: [], passed: /^ *Tests +(\d+) passed \| \d+ skipped/m },
  { using: 'pnpm', runner: 'node-test', options: ['--runner', 'node-test'], passed: /^. pass (\d+)\n/m },
] as const;
const author = { NAME: 'Author', EMAIL: 'author@localhost' };
const git = Object.entries(author).flatMap(([key, value]) => [
  [`GIT_AUTHOR_${key}`, value],
  [`GIT_COMMITTER_${key}`, value],
]);

// The steps that a driver author takes, from the first command to the release. Each test depends on the previous one.
describe.each(ways)('$using create @store/driver, tested by $runner', ({ using, options, passed }) => {
  const { command } = packageManagers[using];
  const name = `driver-begun-with-${using}`;
  const user = cleanEnvironment(join(inject('temporary'), 'home'));
  // Changesets publishes with the repository's package manager, which it looks up on the PATH.
  const path = [user.PATH, dirname(process.env.npm_execpath ?? '')].join(delimiter);
  const env = { ...user, PATH: path, ...Object.fromEntries(git) };
  let folder: string;
  let driver: string;
  let steps: string;
  const inDriver = (...args: string[]) => run([...command, ...args], { cwd: driver, env });
  const commit = () => run(['sh', '-c', 'git add --all && git commit -qm Commit'], { cwd: driver, env });
  const read = (path: string) => readFile(join(driver, path), 'utf8');

  beforeAll(async () => {
    folder = await mkdtemp(join(inject('temporary'), 'author-'));
    driver = join(folder, name);
    steps = await run([...command, 'create', '@store/driver', name, ...options], { cwd: folder, env });
    await inDriver('install');
  });

  it("prints the next steps as that package manager's commands", () => {
    expect(steps).toContain(`  cd ${name}\n  ${using} install\n  ${using} test\n`);
  });

  it('creates a driver that passes and reports every applicable case', async () => {
    const output = await inDriver('test');
    const [, tests] = passed.exec(output) ?? [];
    await inDriver('run', 'report');
    const report = await read('CONFORMANCE.md');
    const [, cases, skipped] = /^(\d+) passed, 0 failed, (\d+) not run\. It conforms\.$/m.exec(report) ?? [];
    expect(tests, output).toBe(cases);
    expect(Number(cases)).toBeGreaterThan(60);
    // The skipped cases are those for functions that a storage backend may leave out: `scan` and `save`.
    expect(Number(skipped)).toBeLessThan(30);
  });

  it('creates a package that type checks, builds, and packs what its users need', async () => {
    await inDriver('run', 'typecheck');
    await inDriver('run', 'build');
    const packed = JSON.parse(await inDriver('pack', '--json'));
    const { files } = (Array.isArray(packed) ? packed[0] : packed) as { files: { path: string }[] };
    expect(files.map(({ path }) => path).sort()).toEqual([
      'CONFORMANCE.md',
      'LICENSE',
      'README.md',
      `dist/${name}.d.ts`,
      `dist/${name}.js`,
      'package.json',
    ]);
  });

  it('creates a repository whose first changeset produces its first release', async () => {
    await run(['git', 'init', '--quiet', '--initial-branch', 'main'], { cwd: driver, env });
    await commit();
    await inDriver('exec', 'changeset', 'version');
    await commit();
    expect(readManifest(join(driver, 'package.json')).version).toBe('0.1.0');
    expect(await read('CHANGELOG.md')).toMatch(new RegExp(`^# ${name}\n\n## 0\\.1\\.0\n`));

    const npmrc = await writePublisherConfig(join(folder, 'author.npmrc'), inject('registry'));
    await run([...command, 'run', 'release'], { cwd: driver, env: { ...env, npm_config_userconfig: npmrc } });
    expect(await publicationOf(name)).toMatchObject({
      version: '0.1.0',
      keywords: expect.arrayContaining(['store-driver']),
    });
    const tracked = await run(['git', 'ls-files'], { cwd: driver, env });
    expect(tracked).not.toMatch(/^(node_modules|dist)\/|\.tgz$/m);
  });

  it('creates a README whose example runs where the driver is installed', async () => {
    const application = await install([name, '@store/core', '@store/session'], { using });
    const [, example = ''] = /^```ts\n(.*?)^```/ms.exec(await read('README.md')) ?? [];
    await writeFile(join(application.folder, 'example.js'), stripTypeScriptTypes(example));
    await cp(join(import.meta.dirname, 'proofs'), application.folder, { recursive: true });
    expect(await application.node('server-counts-visits.mjs')).toContain('proved');
  });
});
