import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@store/postgres-server';
import type { TestProject } from 'vitest/node';
import { startRegistry } from './registry.ts';
import { changesetsWait, packAndPublish, version, writePublisherConfig } from './release.ts';
import { run } from './run.ts';
import { createScratchWorkspace } from './scratch-workspace.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The registry for our packages, which proxies all others. */
    registry: string;
    /** An empty folder for everything the tests write. */
    temporary: string;
    /** The repository that was released, including tags. */
    released: string;
    /** The published packages, as `name@version`. */
    publications: string[];
    /** A PostgreSQL server for the examples that need one. */
    databaseUrl: string;
  }
}

async function makeFolder(temporary: string, name: string): Promise<string> {
  const folder = join(temporary, name);
  await mkdir(folder);
  return folder;
}

/** Releases every package as the release workflow would, before the first test. */
export default async function publishAll({ provide }: TestProject): Promise<() => Promise<void>> {
  const cleanups: (() => unknown)[] = [];
  const stop = async () => {
    for (const clean of cleanups.reverse()) await clean();
  };
  try {
    const temporary = await realpath(await mkdtemp(join(tmpdir(), 'store-publish-')));
    cleanups.push(() => rm(temporary, { recursive: true }));
    const upstream = (
      await run(['npm', 'config', 'get', 'registry'], { cwd: tmpdir(), env: process.env })
    ).trim();
    const registry = await startRegistry(await makeFolder(temporary, 'registry'), upstream);
    cleanups.push(registry.stop);
    const postgres = await startPostgres();
    cleanups.push(postgres.remove);

    const workspace = await createScratchWorkspace(await makeFolder(temporary, 'released'));
    if (changesetsWait(workspace)) await version(workspace);
    const npmrc = await writePublisherConfig(join(temporary, 'publisher.npmrc'), registry.url);
    provide('publications', await packAndPublish(workspace, npmrc));
    provide('released', workspace.folder);
    provide('registry', registry.url);
    provide('temporary', temporary);
    provide('databaseUrl', postgres.url);
    await writeUserConfig(await makeFolder(temporary, 'home'), registry.url);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** The only settings that the users in these tests have: the registry's URL, and permission to use it. */
async function writeUserConfig(home: string, registry: string): Promise<void> {
  const yarn = {
    npmRegistryServer: registry,
    unsafeHttpWhitelist: ['127.0.0.1'],
    npmPreapprovedPackages: ['@store/*'], // by default Yarn refuses versions that are only days old
    enableTelemetry: false,
  };
  await writeFile(join(home, '.npmrc'), `registry=${registry}\n`);
  await writeFile(join(home, '.yarnrc.yml'), JSON.stringify(yarn));
}
