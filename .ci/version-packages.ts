// Turns the waiting changesets into versions and changelogs, and writes core's version into its source.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { narrowedPeers } from './peer-ranges.ts';
import { publishedPackages, root } from './workspace.ts';

const before = publishedPackages();
execFileSync('changeset', ['version'], { cwd: root, stdio: 'inherit' });
const after = publishedPackages();

const problems = [...after].flatMap(([folder, manifest]) => {
  const previous = before.get(folder);
  return previous === undefined ? [] : narrowedPeers(previous, manifest);
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

const core = after.get('packages/core');
if (core === undefined) throw new Error('packages/core has no package.json');
const comment =
  "/** This package's version. Stores carry it, so that copies of core can tell what the other can do. */";
writeFileSync(
  join(root, 'packages/core/src/rules/version.ts'),
  `${comment}\nexport const version = '${core.version}';\n`,
);
