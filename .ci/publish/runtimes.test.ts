import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import semver from 'semver';
import { beforeAll, describe, expect, it } from 'vitest';
import workerd from 'workerd';
import { type Application, install } from './package-managers.ts';
import { addExample } from './prove-example.ts';
import { freeEntriesOf, publicationOf, publishedNames } from './publications.ts';
import { examples, workers } from './published-packages.ts';

const tools = join(import.meta.dirname, 'node_modules');
const esbuild = [process.execPath, join(tools, 'esbuild/bin/esbuild')];
const vite = [process.execPath, join(tools, 'vite/bin/vite.js')];
const publications = await Promise.all(publishedNames().map(publicationOf));
let application: Application;

/** The oldest Node that the manifests of all these packages name. */
function oldestNode(packages: string[]): string {
  const ranges = publications
    .filter(({ name }) => packages.includes(name))
    .map(({ engines }) => engines?.node ?? '*');
  const versions = ranges.flatMap((range) => semver.minVersion(range)?.version ?? []);
  return versions.sort(semver.rcompare)[0] ?? '0.0.0';
}

beforeAll(async () => {
  const packages = examples.flatMap((example) => example.packages);
  const nodes = new Set(publications.map(({ name }) => oldestNode([name])));
  const binaries = [...nodes].map(
    (version) => `node-${version}@npm:node-${process.platform}-${process.arch}@${version}`,
  );
  const env = Object.assign({}, ...examples.map((example) => example.env));
  application = await install([...new Set([...packages, ...publishedNames(), ...binaries])], { env });
});

describe('the oldest Node that the manifests name', () => {
  const runOn = (version: string, ...args: string[]) =>
    application.run(join(application.folder, 'node_modules', `node-${version}`, 'bin/node'), ...args);

  it('can load every entry point from CommonJS with require', async () => {
    await cp(join(import.meta.dirname, 'proofs'), application.folder, { recursive: true });
    for (const publication of publications) {
      const node = oldestNode([publication.name]);
      expect(await runOn(node, '--version')).toBe(`v${node}\n`);
      expect(await runOn(node, 'require-entries.cjs', ...freeEntriesOf(publication))).toContain('proved');
    }
  });

  it('can run the thread that @store/sqlite uses to write its log back', async () => {
    await cp(join(import.meta.dirname, 'proofs'), application.folder, { recursive: true });
    const proof = ['writes-the-log-back.mjs', 'thread'];
    expect(await runOn(oldestNode(['@store/sqlite']), ...proof)).toContain('proved');
  });

  it.each(examples)('runs the example of $title', async (example) => {
    const proof = await addExample(application, example);
    expect(await runOn(oldestNode(example.packages), proof)).toContain('proved');
  });
});

describe('a bundle of @store/session and @store/sqlite', () => {
  const example = examples.find(({ title }) => title === '@store/session with fetch');
  if (example === undefined)
    throw new Error('published-packages.ts has no example of @store/session with fetch');

  it('built and minified by esbuild runs', async () => {
    const entry = await addExample(application, example);
    const options = ['--bundle', '--minify', '--platform=node', '--format=esm', '--external:better-sqlite3'];
    await application.run(...esbuild, entry, ...options, '--outfile=esbuild/server.mjs');
    expect(await application.node('esbuild/server.mjs')).toContain('proved');
  });

  it('built by esbuild lacks the file for the @store/sqlite thread, reports that, and writes the log back without the thread', async () => {
    await cp(join(import.meta.dirname, 'proofs'), application.folder, { recursive: true });
    const entry = 'writes-the-log-back.mjs';
    expect(await application.node(entry, 'thread')).toContain('proved');
    const options = ['--bundle', '--platform=node', '--format=esm', '--external:better-sqlite3'];
    await application.run(...esbuild, entry, ...options, '--outfile=esbuild/log.mjs');
    expect(await application.node('esbuild/log.mjs', 'commits')).toContain('proved');
  });

  it.each([
    ['that leaves them to Node', []],
    ['with one copy of core inside and the driver using another', ['@store/core', '@store/session']],
    [
      'with everything but the native module inside',
      ['@store/core', '@store/session', '@store/sqlite', 'kysely'],
    ],
  ])('built by Vite for SSR, %s, runs', async (_, noExternal) => {
    const entry = await addExample(application, example);
    const config = { build: { ssr: entry, outDir: 'vite' }, ssr: { noExternal }, logLevel: 'warn' };
    await writeFile(join(application.folder, 'vite.config.mjs'), `export default ${JSON.stringify(config)};`);
    await application.run(...vite, 'build');
    const server = `vite/${entry.replace(/\.\w+$/, '.js')}`;
    const code = await readFile(join(application.folder, server), 'utf8');
    const imported = ['@store/core', '@store/session', '@store/sqlite', 'kysely'].filter((name) =>
      new RegExp(`from ?"${name}["/]`).test(code),
    );
    expect(imported.filter((name) => noExternal.includes(name))).toEqual([]);
    expect(await application.node(server)).toContain('proved');
  });
});

describe('workerd, which does not have Node', () => {
  const config = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
))]);
`;

  it.each(workers)('keeps the promises of %s', async (worker) => {
    await cp(join(import.meta.dirname, '../..', worker), join(application.folder, 'worker.ts'));
    await writeFile(join(application.folder, 'workerd.capnp'), config);
    await application.run(...esbuild, 'worker.ts', '--bundle', '--format=esm', '--outfile=worker.js');
    expect(await application.run(workerd, 'test', 'workerd.capnp')).toContain('promises kept');
  });
});
