import { describe, expect, inject, it } from 'vitest';
import { install, type PackageManager, packageManagers } from './package-managers.ts';
import { addExample } from './prove-example.ts';
import { clients, examples } from './published-packages.ts';

const managers = Object.keys(packageManagers) as PackageManager[];

describe.each(managers)('in an empty folder, with %s', (using) => {
  it.each(examples)('$title runs its README’s example, and pulls in nothing else', async (example) => {
    const application = await install(example.packages, { using, env: example.env ?? {} });
    const proof = await addExample(application, example);
    expect(await application.node(proof)).toContain('proved');

    const names = await application.installed();
    expect(clients.filter((name) => names.has(name))).toEqual(example.clients);
    const ours = [...names].filter((name) => name.startsWith('@store/'));
    expect(ours.sort()).toEqual(example.packages.filter((name) => name.startsWith('@store/')).sort());
  });
});

it('has an example for every package that is published', () => {
  const tried = new Set(examples.flatMap(({ packages }) => packages));
  const missing = inject('publications').filter(
    (publication) => !tried.has(publication.replace(/@[^@]+$/, '')),
  );
  expect(missing).toEqual([]);
});
