// Checks every published manifest and every file's name, length and wording. Prints any problems, and then exits with code 1.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changelogProblems } from './changelog-rules.ts';
import { fileProblems } from './file-rules.ts';
import { manifestProblems } from './manifest-rules.ts';
import { wordingProblems } from './wording.ts';
import { missingFiles, publishedPackages, root } from './workspace.ts';

const packages = publishedPackages();
const coreVersion = packages.get('packages/core')?.version;
if (coreVersion === undefined) throw new Error('packages/core has no package.json');

const needed = ['README.md', 'LICENSE', 'CHANGELOG.md', 'tsconfig.json'];
const inPackages = [...packages].flatMap(([folder, manifest]) => [
  ...manifestProblems(manifest, coreVersion).map((problem) => `${folder}/package.json: ${problem}`),
  ...missingFiles(folder, needed).map((name) => `${folder}: ${name} is missing`),
]);

const inChangelogs = [...packages].flatMap(([folder, { name, version }]) => {
  const path = join(root, folder, 'CHANGELOG.md');
  if (!existsSync(path)) return [];
  const problems = changelogProblems(readFileSync(path, 'utf8'), name, version);
  return problems.map((problem) => `${folder}/CHANGELOG.md: ${problem}`);
});

const notOurs = new Set(['node_modules', 'dist', '.git', '.turbo']);
const files = globSync(['*.{ts,md}', '{.ci,packages,examples,bench,docs}/**/*.*'], {
  cwd: root,
  exclude: (path) => path.split('/').some((part) => notOurs.has(part)),
});
// Changelogs are never rewritten, and the word list itself contains the words that it forbids.
const isWorded = (path: string) =>
  /\.(ts|js|mjs|md|html)$/.test(path) && !path.endsWith('CHANGELOG.md') && !path.startsWith('.ci/wording.');
const inFiles = files.flatMap((path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const problems = fileProblems(path, text.split('\n').length - 1);
  if (isWorded(path)) problems.push(...wordingProblems(text));
  return problems.map((problem) => `${path}: ${problem}`);
});

const problems = [...inPackages, ...inChangelogs, ...inFiles];
for (const problem of problems) console.error(problem);
console.log(`${packages.size} packages and ${files.length} files checked, ${problems.length} problems`);
process.exitCode = problems.length === 0 && packages.size > 0 && files.length > 0 ? 0 : 1;
