import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readManifest } from '../workspace.ts';
import { type Application, install } from './package-managers.ts';
import { entriesOf, publicationOf, publishedNames } from './publications.ts';
import { examples, lowestTypeScript } from './published-packages.ts';
import { resolutions, typeErrors } from './type-errors.ts';

const root = join(import.meta.dirname, '../..');
const newest = readManifest(join(import.meta.dirname, 'node_modules/typescript/package.json')).version;
const lowestOf = (names: string[]) => names.flatMap((name) => lowestTypeScript[name] ?? []);
const tried = examples.map((example, index) => ({
  ...example,
  copy: `example-${index}.ts`,
  lowest: Math.max(...[...lowestOf(example.packages), example.typescript ?? '0'].map(Number)),
}));
const stated = [
  ...Object.values(lowestTypeScript),
  ...examples.flatMap(({ typescript }) => typescript ?? []),
];
const compilers: [string, string][] = [
  ...[...new Set(stated)].sort().map((version): [string, string] => [version, `typescript-${version}`]),
  [newest, 'typescript'],
];
let application: Application;

/** Writes a program that imports every entry point that a compiler must accept. @returns its files */
async function writeProgram(version: number): Promise<string[]> {
  const names = publishedNames().filter((name) => Number(lowestTypeScript[name]) <= version);
  const entries = (await Promise.all(names.map(publicationOf))).flatMap(entriesOf);
  const lines = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
  await writeFile(
    join(application.folder, 'entries.ts'),
    `import { load } from '@store/core';
${lines.join('\n')}
export const entries: object[] = [${entries.map((_, index) => `entry${index}`)}];
// @ts-expect-error An id is a string: what users get is typed, not any.
load(1);
`,
  );
  return ['entries.ts', ...tried.filter(({ lowest }) => lowest <= version).map(({ copy }) => copy)];
}

beforeAll(async () => {
  // The packages with the types that the framework entry points need.
  const types = ['@types/node@24', '@types/express', '@types/koa'];
  const packages = examples.flatMap((example) => example.packages);
  application = await install([...new Set([...packages, ...publishedNames(), ...types])]);
  for (const { file, copy } of tried) await cp(join(root, file), join(application.folder, copy));
});

it('states the lowest TypeScript version for every published package', () => {
  expect(Object.keys(lowestTypeScript).sort()).toEqual(publishedNames().sort());
});

describe.each(compilers)('TypeScript %s, strict and with skipLibCheck off', (version, compiler) => {
  it.each(resolutions)(
    'resolving as $resolution, accepts the entry points and README examples that state this version or a lower one',
    async ({ options }) => {
      const files = await writeProgram(Number.parseFloat(version));
      const strict = [...options, '--skipLibCheck', 'false'];
      expect(await typeErrors(application, compiler, strict, files)).toEqual([]);
    },
  );
});
