import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type DriverChoices, driverManifest } from './driver-manifest.ts';
import { fileNameOf } from './package-name.ts';

const template = join(import.meta.dirname, '../template');

/** Every file of a new driver: its path within the driver's folder, with forward slashes, and its text. */
export async function driverFiles(driver: DriverChoices): Promise<Map<string, string>> {
  const files = new Map([['package.json', driverManifest(driver)]]);
  for (const source of await filesUnder(template)) {
    const path = relative(template, source).replaceAll(sep, '/');
    files.set(pathInDriver(path, driver), textInDriver(await readFile(source, 'utf8'), driver));
  }
  return files;
}

/** Recurses manually, because in a package that Yarn keeps zipped, the entries of a recursive `readdir` lack their folder. */
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
  return (await Promise.all(found)).flat();
}

/** A leading `_` becomes a dot: npm leaves `.gitignore` out of a tarball, and this workspace's tools would read the other files. */
function pathInDriver(path: string, { name }: DriverChoices): string {
  return path.replace(/^_/, '.').replace('memory-driver', fileNameOf(name));
}

/**
 * The template is a package named `memory-driver` with all files in one folder, as in the guide for driver authors. All names are
 * replaced in one pass, since the new name may contain the old one.
 */
function textInDriver(text: string, { name, runner }: DriverChoices): string {
  const driver = `${fileNameOf(name)}.ts`;
  const replacements: { [found: string]: string } = {
    './memory-driver.ts': `./src/${driver}`,
    'src/memory-driver.ts': `src/${driver}`,
    'memory-driver': name,
    '@store/conformance/vitest': `@store/conformance/${runner}`,
  };
  const found = /(?:\.|src)\/memory-driver\.ts|memory-driver|@store\/conformance\/vitest/g;
  return text.replace(found, (match) => replacements[match] ?? match);
}
