import { inject } from 'vitest';
import type { Manifest } from '../workspace.ts';
import { runnerEntries } from './published-packages.ts';

/** A version of a package, from the registry. */
export interface Publication extends Manifest {
  readme: string;
  dist: { tarball: string };
}

/** The newest version of a package in the registry. */
export async function publicationOf(name: string): Promise<Publication> {
  const response = await fetch(new URL(encodeURIComponent(name), inject('registry')));
  const document = (await response.json()) as {
    readme?: string;
    'dist-tags': { latest: string };
    versions: Record<string, Omit<Publication, 'readme'>>;
  };
  const newest = document.versions[document['dist-tags'].latest];
  if (newest === undefined) throw new Error(`${name} has no newest version`);
  return { ...newest, readme: document.readme ?? '' };
}

/** The released packages, without their versions. */
export function publishedNames(): string[] {
  return inject('publications').map((publication) => publication.replace(/@[^@]+$/, ''));
}

/** The entry points of a package. */
export function entriesOf({ name, exports = {} }: Manifest): string[] {
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => name + entry.slice(1));
}

/** The entry points that can be imported anywhere, not only inside a test runner. */
export function freeEntriesOf(publication: Manifest): string[] {
  return entriesOf(publication).filter((entry) => !runnerEntries.includes(entry));
}
