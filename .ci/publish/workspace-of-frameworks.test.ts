import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { frameworks } from './frameworks.ts';
import { type Application, openApplication, packageManagers } from './package-managers.ts';
import { typeErrors } from './type-errors.ts';

const using = 'pnpm';
const nodenext = ['--module', 'nodenext', '--lib', 'es2023', '--skipLibCheck', 'true'];
const ours = ['@store/core@*', '@store/session@*', '@types/node@24'];
const members = frameworks.map(({ title, packages, types, program }) => ({
  title,
  name: title.toLowerCase().replaceAll(' ', '-'),
  dependencies: Object.fromEntries(
    [...ours, ...packages, ...types].map((wanted) => /^(.+)@(.+)$/.exec(wanted)?.slice(1) ?? []),
  ),
  program,
}));

// pnpm makes one copy of @store/session for each set of peers, so that no application sees types meant for another framework.
describe.each([
  ['the workspace', false],
  ['all workspaces of the machine', true],
])('in a pnpm workspace with an application for each framework, with one store for %s,', (_, isGlobal) => {
  const applications = new Map<string, Application>();

  beforeAll(async () => {
    const workspace = await openApplication({ using });
    for (const { name, dependencies, program } of members) {
      const folder = join(workspace.folder, name);
      applications.set(name, await openApplication({ using, folder, manifest: { name, dependencies } }));
      await writeFile(join(folder, 'program.ts'), program);
    }
    // pnpm adds settings to this file, which works only if each setting is on a separate line.
    const settings = [
      'packages:',
      ...members.map(({ name }) => `  - ${name}`),
      'strictPeerDependencies: true',
      `enableGlobalVirtualStore: ${isGlobal}`,
    ];
    await writeFile(join(workspace.folder, 'pnpm-workspace.yaml'), `${settings.join('\n')}\n`);
    await workspace.run(...packageManagers.pnpm.command, 'install', '--no-frozen-lockfile');
  });

  it.each(members)('the application for $title type-checks', async ({ name }) => {
    const application = applications.get(name);
    if (application === undefined) throw new Error(`${name} is not installed`);
    expect(await typeErrors(application, 'typescript', nodenext, ['program.ts'])).toEqual([]);
  });
});
