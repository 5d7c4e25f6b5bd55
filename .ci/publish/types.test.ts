import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Application, install } from './package-managers.ts';
import { doorsOf, publicationOf, publishedNames } from './publications.ts';
import { examples } from './published-packages.ts';

const root = join(import.meta.dirname, '../..');
let application: Application;
let files: string[];

beforeAll(async () => {
  // What the doors for a framework take their types from.
  const types = ['@types/node@24', '@types/express', 'hono'];
  const packages = examples.flatMap((example) => example.packages);
  application = await install([...new Set([...packages, ...publishedNames(), ...types])]);
  const doors = (await Promise.all(publishedNames().map(publicationOf))).flatMap(doorsOf);
  const lines = doors.map((door, index) => `import * as door${index} from '${door}';`);
  await writeFile(
    join(application.folder, 'doors.ts'),
    `${lines.join('\n')}
export const doors: object[] = [${doors.map((_, index) => `door${index}`)}];
// @ts-expect-error An id is a string: what users get is typed, not any.
door0.load(1);
`,
  );
  const copies = examples.map(({ file }, index) => [file, `example-${index}.ts`] as const);
  for (const [file, copy] of copies) await cp(join(root, file), join(application.folder, copy));
  files = ['doors.ts', ...copies.map(([, copy]) => copy)];
});

const compilers: [string, string][] = [
  ['7', 'typescript'],
  ['5.9', 'typescript-5'],
];
const resolutions = [
  // Servers have no DOM; bundled code has it by default.
  { name: 'nodenext', options: ['--module', 'nodenext', '--lib', 'es2023'] },
  { name: 'bundler', options: ['--module', 'esnext', '--moduleResolution', 'bundler'] },
];

describe.each(compilers)('TypeScript %s, strict', (_, folder) => {
  const tsc = join(import.meta.dirname, 'node_modules', folder, 'bin/tsc');
  const strict = ['--strict', '--noEmit', '--target', 'es2023', '--types', 'node'];
  describe.each(resolutions)('resolving as $name', ({ options }) => {
    it.each(['true', 'false'])('accepts every door and README example, skipLibCheck %s', async (skip) => {
      const output = await application.run(
        process.execPath,
        tsc,
        ...strict,
        ...options,
        '--skipLibCheck',
        skip,
        ...files,
      );
      expect(output).toBe('');
    });
  });
});
