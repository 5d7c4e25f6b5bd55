import { globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import semver from 'semver';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { readManifest } from '../workspace.ts';
import { install } from './package-managers.ts';
import { addExample } from './prove-example.ts';
import { publishedNames } from './publications.ts';
import { examples } from './published-packages.ts';
import { startRegistry } from './registry.ts';
import { packAndPublish, version, writePublisherConfig } from './release.ts';
import { openScratchWorkspace } from './scratch-workspace.ts';

const core = '@store/core';
const driver = '@store/sqlite';
const workspace = openScratchWorkspace(inject('released'));
const at = (name: string, file = 'package.json') =>
  join(workspace.folder, name.replace('@store', 'packages'), file);
const manifest = (name: string) => readManifest(at(name));
const range = (name: string) => manifest(name).peerDependencies?.[core];
/** The packages that have core as a peer. */
const others = publishedNames().filter((name) => range(name) !== undefined);

/** The versions after one release, starting from the workspace's current ones. */
const next = (name: string, bump: 'patch' | 'minor' | 'major') => {
  const released = inject('publications').find((publication) => publication.startsWith(`${name}@`));
  return `${semver.inc(released?.slice(name.length + 1) ?? '', bump)}`;
};
const atVersion = (name: string, bump: 'patch' | 'minor' | 'major') => `${name}@${next(name, bump)}`;

/** Adds a changeset, as a contributor would. */
async function change(bumps: Record<string, string>): Promise<void> {
  const names = Object.entries(bumps).map(([name, bump]) => `"${name}": ${bump}\n`);
  const text = `---\n${names.join('')}---\n\nSays what users see now.\n`;
  await writeFile(join(workspace.folder, '.changeset/of-a-test.md'), text);
}

async function setRange(name: string, wanted: string): Promise<void> {
  const before = manifest(name);
  const peerDependencies = { ...before.peerDependencies, [core]: wanted };
  await writeFile(at(name), `${JSON.stringify({ ...before, peerDependencies }, null, 2)}\n`);
}

// A second registry, so that versions released here are not the newest for other tests.
let registry: Awaited<ReturnType<typeof startRegistry>>;
let npmrc: string;

beforeAll(async () => {
  const folder = join(inject('temporary'), 'versions');
  await mkdir(folder);
  registry = await startRegistry(folder, inject('registry'));
  npmrc = await writePublisherConfig(join(folder, 'publisher.npmrc'), registry.url);
  await packAndPublish(workspace, npmrc);
  await workspace.run(['git', 'tag', 'before']);
});

afterAll(() => registry.stop());

beforeEach(async () => {
  await workspace.run(['git', 'reset', '--quiet', '--hard', 'before']);
  await workspace.run(['git', 'clean', '--quiet', '--force', '-d']);
});

describe('a release', () => {
  it('of a patch to one driver publishes only that driver', async () => {
    const before = range(driver);
    await change({ [driver]: 'patch' });
    await version(workspace);
    expect(await packAndPublish(workspace, npmrc)).toEqual([atVersion(driver, 'patch')]);
    expect(range(driver)).toBe(before);
    const changelog = await readFile(at(driver, 'CHANGELOG.md'), 'utf8');
    expect(changelog).toMatch(
      new RegExp(
        `^# ${driver}\n\n## ${next(driver, 'patch')}\n\n### Patch Changes\n\n- .*Says what users see`,
      ),
    );
  });

  it('of a minor version of core publishes only core, and older drivers run on it', async () => {
    await change({ [core]: 'minor' });
    await version(workspace);
    expect(await packAndPublish(workspace, npmrc)).toEqual([atVersion(core, 'minor')]);

    const example = examples.find(({ title }) => title === '@store/session with fetch');
    if (example === undefined)
      throw new Error('published-packages.ts has no example of @store/session with fetch');
    const nameOf = (publication: string) => publication.slice(0, publication.lastIndexOf('@'));
    const older = inject('publications').filter(
      (publication) => nameOf(publication) !== core && example.packages.includes(nameOf(publication)),
    );
    const application = await install([atVersion(core, 'minor'), ...older], {
      env: { npm_config_registry: registry.url },
    });
    expect(await application.node(await addExample(application, example))).toContain('proved');
    const copies = globSync('node_modules/**/@store/core/package.json', { cwd: application.folder });
    expect(copies.map((path) => readManifest(join(application.folder, path)).version)).toEqual([
      next(core, 'minor'),
    ]);
  });

  it('of a core major is refused if it would release the other packages as patches', async () => {
    await change({ [core]: 'major' });
    const refusal = await version(workspace).catch(String);
    for (const name of others) expect(refusal).toContain(`${name} ${next(name, 'patch')} narrows`);
  });

  it('of a core major accepts handwritten major bumps or a widened range for the other packages', async () => {
    const both = `${range(driver)} || ^${next(core, 'major')}`;
    await setRange(driver, both);
    const majors = others.filter((name) => name !== driver).map((name) => [name, 'major']);
    await change({ [core]: 'major', ...Object.fromEntries(majors), [driver]: 'patch' });
    await workspace.commit('Follow the new major');
    await version(workspace);
    expect([manifest(driver).version, range(driver)]).toEqual([next(driver, 'patch'), both]);
    for (const name of others.filter((other) => other !== driver)) {
      expect([manifest(name).version, range(name)]).toEqual([next(name, 'major'), `^${next(core, 'major')}`]);
    }
  });

  it.each(['patch', 'minor'] as const)('of a %s that narrows a peer range is refused', async (bump) => {
    await setRange(driver, `^${next(core, 'minor')}`);
    await change({ [driver]: bump });
    await expect(version(workspace)).rejects.toThrow(
      `${driver} ${next(driver, bump)} narrows its peer range`,
    );
  });
});
