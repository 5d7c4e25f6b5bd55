import { globSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Application } from './package-managers.ts';
import { freeEntriesOf, type Publication } from './publications.ts';
import type { Budget } from './published-packages.ts';

export interface Cost extends Budget {
  /** Printed but not checked: it depends on the machine as much as on the package. */
  importMilliseconds: number;
}

/** What a package costs the application that installs it. */
export async function installCost(application: Application, publication: Publication): Promise<Cost> {
  const { folder, installed, node } = application;
  await cp(join(import.meta.dirname, 'proofs'), folder, { recursive: true });
  const entries = freeEntriesOf(publication);
  const files = globSync('node_modules/**', { cwd: folder, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = files.map((file) => statSync(join(file.parentPath, file.name)).size);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) times.push(Number(await node('import-time.mjs', ...entries)));
  return {
    packages: (await installed()).size,
    kilobytes: Math.round(bytes.reduce((total, size) => total + size, 0) / 1024),
    loadedFiles: Number(await node('loaded-files.mjs', ...entries)),
    importMilliseconds: Math.round(times.sort((a, b) => a - b)[2] ?? 0),
  };
}
