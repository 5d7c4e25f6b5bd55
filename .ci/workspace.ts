import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The parts of a package.json that the checks read. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  description?: string;
  keywords?: string[];
  license?: string;
  type?: string;
  sideEffects?: boolean;
  engines?: { node?: string };
  files?: string[];
  bin?: Record<string, string>;
  exports?: Record<string, unknown>;
  publishConfig?: { access?: string; exports?: Record<string, unknown> };
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export const root: string = join(import.meta.dirname, '..');

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

/** The manifests of all published packages, by folder. Private packages are left out. */
export function publishedPackages(): Map<string, Manifest> {
  const paths = globSync('packages/*/package.json', { cwd: root }).sort();
  const manifests = paths.map((path) => [dirname(path), readManifest(join(root, path))] as const);
  return new Map(manifests.filter(([, { private: isPrivate }]) => !isPrivate));
}

/** The given files that the package lacks. */
export function missingFiles(folder: string, names: string[]): string[] {
  return names.filter((name) => !existsSync(join(root, folder, name)));
}
