import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const packageFolder = join(import.meta.dirname, '..');

/**
 * A second physical copy of the built package, as a duplicate install has it, under another version if wanted.
 *
 * It lies inside this package, so that its one dependency resolves.
 */
export async function copyOfCore(version?: string): Promise<{
  index: typeof import('../src/index.ts');
  driver: typeof import('../src/driver.ts');
  remove(): Promise<void>;
}> {
  const parent = join(packageFolder, 'node_modules', '.copies');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'core-'));
  await cp(join(packageFolder, 'dist'), folder, { recursive: true });
  if (version) {
    const file = join(folder, 'rules', 'version.js');
    const source = await readFile(file, 'utf8');
    await writeFile(file, source.replace(/'\d+\.\d+\.\d+'/, `'${version}'`));
  }
  const open = (door: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, door)).href);
  return {
    index: await open('index.js'),
    driver: await open('driver.js'),
    remove: () => rm(folder, { recursive: true }),
  };
}
