import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const packageFolder = join(import.meta.dirname, '..');

/**
 * Makes a second physical copy of core, as a duplicate install or a bundler does, optionally with another version.
 *
 * It is placed inside this package, so that its one dependency resolves.
 */
export async function copyOfCore(version?: string): Promise<{
  index: typeof import('../src/index.ts');
  driver: typeof import('../src/driver.ts');
  remove(): Promise<void>;
}> {
  const parent = join(packageFolder, 'node_modules', '.copies');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'core-'));
  const bundle = await rolldown({
    input: { index: join(packageFolder, 'src/index.ts'), driver: join(packageFolder, 'src/driver.ts') },
    external: /^@noble/,
    plugins: [
      {
        name: 'another version',
        transform: (code, file) =>
          version && file.endsWith('/src/cache/store-brand.ts')
            ? code.replace(/'\d+\.\d+\.\d+'/, `'${version}'`)
            : null,
      },
    ],
  });
  await bundle.write({ dir: folder, entryFileNames: '[name].mjs' });
  const open = (door: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, door)).href);
  return {
    index: await open('index.mjs'),
    driver: await open('driver.mjs'),
    remove: () => rm(folder, { recursive: true }),
  };
}
