import { cp, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Application } from './package-managers.ts';
import type { Example } from './published-packages.ts';

/** Puts a README's example and its proof into the application, as JavaScript, which any Node version and any package manager can run. */
export async function addExample({ folder }: Application, { file, proof }: Example): Promise<string> {
  const source = await readFile(join(import.meta.dirname, '../..', file), 'utf8');
  await writeFile(join(folder, 'example.js'), stripTypeScriptTypes(source));
  await cp(join(import.meta.dirname, 'proofs'), folder, { recursive: true });
  return proof;
}
