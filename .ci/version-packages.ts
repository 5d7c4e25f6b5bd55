// Turns pending changesets into versions and changelogs, and writes core's version into its source.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { narrowedPeers } from './peer-ranges.ts';
import { type Manifest, publishedPackages, root } from './workspace.ts';

// The released manifest is the one at the tag of its version. A package without a tag has never been released.
const before = [...publishedPackages()].flatMap(([folder, { name, version }]) => {
  const file = `${name}@${version}:${folder}/package.json`;
  const { status, stdout } = spawnSync('git', ['show', file], { cwd: root, encoding: 'utf8' });
  return status === 0 ? [[folder, JSON.parse(stdout) as Manifest] as const] : [];
});
execFileSync('changeset', ['version'], { cwd: root, stdio: 'inherit' });
const after = publishedPackages();

const problems = before.flatMap(([folder, released]) => {
  const manifest = after.get(folder);
  return manifest === undefined ? [] : narrowedPeers(released, manifest);
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

const core = after.get('packages/core');
if (core === undefined) throw new Error('packages/core has no package.json');
const source = join(root, 'packages/core/src/cache/store-brand.ts');
const text = readFileSync(source, 'utf8');
const versioned = text.replace(/(?<=export const version = ')[^']+/, core.version);
if (!versioned.includes(`export const version = '${core.version}'`))
  throw new Error(`${source} has no version to write`);
writeFileSync(source, versioned);
