import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { packedProblems } from '../packed-rules.ts';
import { readManifest } from '../workspace.ts';
import { publicationOf, publishedNames } from './publications.ts';

/** Core itself, and the package that runs before the project exists. */
const withoutPeer = ['@store/core', '@store/create-driver'];

describe.each(publishedNames())('%s on the registry', (name) => {
  it('shows its README and the keywords that people search for', async () => {
    const { readme, description, keywords, license } = await publicationOf(name);
    expect(readme).toMatch(new RegExp(`^# ${name}\n`));
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(keywords).toContain('session');
    expect(license).toBe('MIT');
  });

  it('lists core as a peer, with an explicit version range', async () => {
    const { peerDependencies, dependencies = {} } = await publicationOf(name);
    const range = peerDependencies?.['@store/core'];
    if (withoutPeer.includes(name)) expect(range).toBeUndefined();
    else expect(range).toMatch(/^\^\d+\.\d+\.\d+( \|\| \^\d+\.\d+\.\d+)*$/);
    expect(Object.keys(dependencies).filter((dependency) => dependency.startsWith('@store/'))).toEqual([]);
  });

  it('contains what users need, and nothing else from this workspace', async () => {
    const { dist } = await publicationOf(name);
    const folder = await mkdtemp(join(inject('temporary'), 'tarball-'));
    const tarball = Buffer.from(await (await fetch(dist.tarball)).arrayBuffer());
    await writeFile(join(folder, 'package.tgz'), tarball);
    execFileSync('tar', ['-xzf', 'package.tgz'], { cwd: folder });
    const listed = execFileSync('tar', ['-tzf', 'package.tgz'], { cwd: folder, encoding: 'utf8' });
    const files = listed.split('\n').flatMap((path) => /^package\/(.*[^/])$/.exec(path)?.[1] ?? []);
    const manifest = readManifest(join(folder, 'package/package.json'));
    expect(packedProblems(manifest, files)).toEqual([]);
    for (const command of Object.values(manifest.bin ?? {})) {
      const program = await readFile(join(folder, 'package', command), 'utf8');
      expect(program).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });
});
