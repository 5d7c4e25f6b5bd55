import { cp, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Framework, frameworks, olderFrameworks } from './frameworks.ts';
import {
  type Application,
  type ApplicationOptions,
  install,
  type PackageManager,
} from './package-managers.ts';
import { resolutions, typeErrors } from './type-errors.ts';

const ours = ['@store/core', '@store/session'];
const managers: { manager: string; isTyped: boolean; options: ApplicationOptions }[] = [
  { manager: 'npm', isTyped: true, options: { using: 'npm' } },
  { manager: 'pnpm', isTyped: true, options: { using: 'pnpm' } },
  // Without node_modules, the compiler finds no packages unless Yarn patches it.
  { manager: 'Yarn', isTyped: false, options: { using: 'yarn' } },
  {
    manager: 'Yarn with node_modules',
    isTyped: false,
    options: { using: 'yarn', env: { YARN_NODE_LINKER: 'node-modules' } },
  },
];

describe.each(managers)('$manager, with no peer conflicts,', ({ isTyped, options }) => {
  describe.each(frameworks)('installs @store/session next to $title', ({ packages, types, program }) => {
    let application: Application;

    beforeAll(async () => {
      application = await install([...ours, ...packages, ...types, '@types/node@24'], options);
      const { folder } = application;
      await writeFile(join(folder, 'program.ts'), program);
      await writeFile(join(folder, 'program.js'), stripTypeScriptTypes(program));
      await cp(join(import.meta.dirname, 'proofs'), folder, { recursive: true });
    });

    it('and a sign-in sets one cookie, which the page after the redirect recognizes', async () => {
      expect(await application.node('signs-in.mjs')).toContain('proved');
    });

    it.each(isTyped ? resolutions : [])(
      'and $resolution finds the declared types of its session',
      async ({ options: resolution }) => {
        const skip = ['--skipLibCheck', 'true'];
        const errors = await typeErrors(application, 'typescript', [...resolution, ...skip], ['program.ts']);
        expect(errors).toEqual([]);
      },
    );
  });
});

/** How each package manager resolves packages without installing them, and how its lockfile names a package. */
const resolvers: {
  using: PackageManager;
  flag: string;
  lockfile: string;
  entry: (name: string, major: string) => string;
}[] = [
  {
    using: 'npm',
    flag: '--package-lock-only',
    lockfile: 'package-lock.json',
    entry: (name) => `"node_modules/${name}": {`,
  },
  {
    using: 'pnpm',
    flag: '--lockfile-only',
    lockfile: 'pnpm-lock.yaml',
    entry: (name, major) => `${name}@${major}.`,
  },
  {
    using: 'yarn',
    flag: '--mode=update-lockfile',
    lockfile: 'yarn.lock',
    entry: (name, major) => `resolution: "${name}@npm:${major}.`,
  },
];

describe.each(resolvers)('$using, with no peer conflicts,', ({ using, flag, lockfile, entry }) => {
  const all = [...frameworks, ...olderFrameworks];
  const typed = all.filter(({ types }) => types.length > 0);
  const newest = frameworks.filter(({ title }) => title !== 'Express 4');
  const withTypes = ({ packages, types }: Framework) => [...packages, ...types];
  const rows: [string, string[]][] = [
    ...typed.map(({ title, packages }): [string, string[]] => [`${title} without types`, packages]),
    ...olderFrameworks.map((framework): [string, string[]] => [framework.title, withTypes(framework)]),
    ['Express 4 with the types of Express 5', ['express@4', '@types/express@5']],
    ['every framework at the same time', newest.flatMap(withTypes)],
  ];

  it.each(rows)('resolves @store/session next to %s', async (_, packages) => {
    const { folder } = await install([...ours, ...packages], { using, flags: [flag] });
    const locked = await readFile(join(folder, lockfile), 'utf8');
    for (const wanted of packages) {
      const [, name = '', major = ''] = /^(.+)@(\d+)$/.exec(wanted) ?? [];
      expect(locked).toContain(entry(name, major));
    }
  });
});
