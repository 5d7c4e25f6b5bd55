import { globSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScratchWorkspace } from './scratch-workspace.ts';

/** The configuration of a user who may publish: the registry accepts everyone, but clients insist on a token. */
export async function writePublisherConfig(path: string, registry: string): Promise<string> {
  await writeFile(path, `registry=${registry}\n${registry.slice('http:'.length)}:_authToken=anyone\n`);
  return path;
}

/** The job `version` of the release workflow. */
export async function version(workspace: ScratchWorkspace): Promise<void> {
  await workspace.run(['pnpm', 'version-packages']);
  await workspace.commit('Version Packages');
}

/** The jobs `pack` and `publish` of the release workflow. @returns the published packages, as `name@version` */
export async function packAndPublish(workspace: ScratchWorkspace, npmrc: string): Promise<string[]> {
  const tarballs = await mkdtemp(join(workspace.folder, '../tarballs-'));
  await workspace.run(['pnpm', 'pack-packages', '--out-dir', tarballs], npmrc);
  await workspace.run(['pnpm', 'publish-packages', '--from-pack-dir', tarballs], npmrc);
  const { plan } = JSON.parse(await readFile(join(tarballs, 'publish-plan.json'), 'utf8')) as {
    plan: { name: string; version: string }[][];
  };
  return plan
    .flat()
    .map(({ name, version }) => `${name}@${version}`)
    .sort();
}

/** Whether any changesets are pending; if so, the release workflow begins with `version`. */
export function changesetsWait({ folder }: ScratchWorkspace): boolean {
  return globSync('.changeset/*.md', { cwd: folder }).some((path) => !path.endsWith('README.md'));
}
