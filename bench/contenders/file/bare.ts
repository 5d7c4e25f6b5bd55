import { readdirSync } from 'node:fs';
import { readdir, readFile, rename, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionContent } from '@store/core';
import { lifetime, type OpenContender } from '../../contender.ts';

type Stored = SessionContent & { expires: number };

/** Typical hand-written code, with the id as the file name: a save writes a temporary file and renames it. Parallel saves can be lost. */
export function openBare(directory: string): OpenContender<Stored | undefined> {
  let temporaries = 0;
  const pathOf = (id: string) => join(directory, `${id}.json`);
  const read = (path: string): Promise<Stored | undefined> =>
    readFile(path, 'utf8').then(JSON.parse, undefinedIfMissing);

  return {
    async load(id) {
      const stored = await read(pathOf(id));
      return stored && stored.expires > Date.now() ? stored : undefined;
    },
    contentOf: (loaded) => loaded && { data: loaded.data, flash: loaded.flash },
    async save(id, { data, flash }, now = Date.now()) {
      const temporary = join(directory, `${id}.${temporaries++}`);
      await writeFile(temporary, JSON.stringify({ data, flash, expires: now + lifetime }));
      await rename(temporary, pathOf(id));
    },
    touch: (id) => utimes(pathOf(id), new Date(), new Date()),
    destroy: (id) => unlink(pathOf(id)),
    async gc() {
      for (const name of await readdir(directory)) {
        const stored = await read(join(directory, name));
        if (stored && stored.expires <= Date.now()) await unlink(join(directory, name));
      }
    },
    rows: () => countFiles(directory),
  };
}

/** For `catch`: a missing file is not a failure. */
export function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The number of files under a directory: every contender keeps one per session. */
export function countFiles(directory: string): number {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}
