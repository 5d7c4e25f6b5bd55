import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const packages = join(import.meta.dirname, '../..');
const example = join(packages, '../examples/memory-driver');

/** Builds this package and core unless their builds are current. */
async function build(): Promise<void> {
  const compiler = join(packages, '../node_modules/.bin/tsc');
  await promisify(execFile)(compiler, ['-b', join(packages, 'conformance')]);
}

/** Puts a built package where a package manager would, with another version of core if requested. */
async function install(name: 'core' | 'conformance', into: string, version?: string): Promise<void> {
  const to = join(into, 'node_modules/@store', name);
  await cp(join(packages, name, 'dist'), join(to, 'dist'), { recursive: true });
  const { publishConfig, ...manifest } = JSON.parse(
    await readFile(join(packages, name, 'package.json'), 'utf8'),
  );
  await writeFile(
    join(to, 'package.json'),
    JSON.stringify({ ...manifest, ...publishConfig, version: version ?? manifest.version }),
  );
  if (version === undefined) return;
  const file = join(to, 'dist/cache/store-brand.js');
  const source = await readFile(file, 'utf8');
  await writeFile(file, source.replace(/'\d+\.\d+\.\d+'/, `'${version}'`));
}

/**
 * An application with one version of core, and a driver with a separate copy in another version, as JavaScript files.
 *
 * @returns the driver module for the suite, and the suite's command in the application
 */
export async function skewedInstall(versions: { application: string; driver: string }) {
  await build();
  // Inside this package, so that core's one dependency is found.
  const parent = join(packages, 'core/node_modules/.copies');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'skew-'));
  await install('core', folder, versions.application);
  await install('conformance', folder);
  const driver = join(folder, 'node_modules/memory-driver');
  await install('core', driver, versions.driver);
  await writeModule(join(example, 'memory-driver.ts'), join(driver, 'memory-driver.mjs'));
  await writeModule(join(example, 'conformance.ts'), join(folder, 'conformance.mjs'), [
    './memory-driver.ts',
    './node_modules/memory-driver/memory-driver.mjs',
  ]);
  return {
    command: join(folder, 'node_modules/@store/conformance/dist/bin.js'),
    module: join(folder, 'conformance.mjs'),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function writeModule(from: string, to: string, [name, instead] = ['', '']): Promise<void> {
  const source = stripTypeScriptTypes(await readFile(from, 'utf8'));
  await writeFile(to, source.replace(name, instead));
}
