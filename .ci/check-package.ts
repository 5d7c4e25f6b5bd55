// Packs the package in the current folder as it will be published and checks that tarball.
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packedProblems } from './packed-rules.ts';
import { readManifest } from './workspace.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-pack-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const tarball = join(folder, 'packed.tgz');
execFileSync('pnpm', ['pack', '--out', tarball], { stdio: ['ignore', 'ignore', 'inherit'] });
execFileSync('tar', ['-xzf', tarball, '-C', folder], { stdio: 'inherit' });

const unpacked = join(folder, 'package');
const files = globSync('**/*', { cwd: unpacked, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(unpacked, join(entry.parentPath, entry.name)));
const problems = packedProblems(readManifest(join(unpacked, 'package.json')), files);
for (const problem of problems) console.error(`packed tarball: ${problem}`);
if (problems.length > 0) process.exit(1);

const tools: [string, ...string[]][] = [
  ['publint', 'run', tarball, '--strict'],
  ['attw', tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-emoji'],
];
for (const [tool, ...options] of tools) {
  const { status } = spawnSync(tool, options, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
