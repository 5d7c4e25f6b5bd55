// Type-checks the examples in the docstrings of every export against the built packages, and runs those that need no server:
//   node .ci/check-examples.ts [one package's folder]
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { canRun, type ExportedName, exportsOf, memberExamplesOf } from './examples.ts';
import { publishedPackages, root } from './workspace.ts';

/** The minimum percentage of exported names that must have an example. */
const leastShare = 60;

const execute = promisify(execFile);
const [only = ''] = process.argv.slice(2).map((folder) => relative(root, folder));
const place = `.data/examples-${process.pid}`;
const built: Record<string, { types: string; default: string }> = {};
const exported = new Map<string, ExportedName & { folder: string }>();
for (const [folder, { name, exports = {}, publishConfig }] of publishedPackages()) {
  for (const [entry, target] of Object.entries(publishConfig?.exports ?? {})) {
    if (typeof target !== 'object' || target === null) continue;
    built[name + entry.slice(1)] = Object.fromEntries(
      Object.entries(target).map(([condition, path]) => [condition, join(root, folder, path)]),
    ) as (typeof built)[string];
    for (const one of exportsOf(join(root, folder, exports[entry] as string)))
      exported.set(`${one.file} ${one.name}`, { ...one, folder });
  }
}

const problems: string[] = [];
const names = [...exported.values()].filter(({ folder }) => folder.startsWith(only));
const where = ({ file, name }: Pick<ExportedName, 'file' | 'name'>) => `${relative(root, file)}: ${name}`;
for (const one of names)
  if (one.example === undefined && /function|class/.test(one.kind))
    problems.push(`${where(one)} has no @example`);

const withExample = names.filter((one) => one.example !== undefined);
// Methods and properties do not count toward the percentage, but any example they have must be correct.
const foldersByFile = new Map(names.map(({ file, folder }) => [file, folder]));
const members = [...foldersByFile].flatMap(([file, folder]) =>
  memberExamplesOf(file).map((member) => ({ ...member, file, folder })),
);
const share = Math.floor((100 * withExample.length) / names.length);
if (share < leastShare)
  problems.push(`${share} % of the exported names have an example; at least ${leastShare} % must have one`);

// The examples are written next to their package's sources, where their imports resolve.
const folders = [...new Set(names.map(({ folder }) => join(root, folder, place)))];
const clean = () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
};
clean();
try {
  const [first = root] = folders;
  const hooks = join(first, 'built.mjs');
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  writeFileSync(
    hooks,
    `import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
const built = ${JSON.stringify(built)};
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier in built ? pathToFileURL(built[specifier].default).href : specifier, context),
});
`,
  );
  const files = [...withExample, ...members].map(
    ({ name, example = '', file: declaredIn, folder }, index) => {
      const file = join(root, folder, place, `${index}-${name}.ts`);
      writeFileSync(file, `${example}\nexport {};\n`);
      return { name, example, file, declaredIn };
    },
  );
  const config = join(first, 'tsconfig.json');
  const paths = Object.fromEntries(Object.entries(built).map(([name, { types }]) => [name, [types]]));
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    paths,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: files.map(({ file }) => file) }));
  await execute(join(root, 'node_modules/.bin/tsc'), ['-p', config], { cwd: root }).catch((error) => {
    problems.push(`Examples do not compile:\n${error.stdout}`);
  });

  const runnable = files.filter(({ example }) => canRun(example));
  const waiting = [...runnable];
  const run = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const directory = join(next.file, '..');
      await execute(process.execPath, ['--import', hooks, next.file], {
        cwd: directory,
        timeout: 60_000,
      }).catch((error) =>
        problems.push(`${where({ ...next, file: next.declaredIn })}: its example fails:\n${error.stderr}`),
      );
    }
  };
  await Promise.all([run(), run()]);
  console.log(
    `${withExample.length} of ${names.length} exported names have an example (${share} %), and ${members.length} methods; ` +
      `${runnable.length} examples were run`,
  );
} finally {
  clean();
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 && names.length > 0 ? 0 : 1;
