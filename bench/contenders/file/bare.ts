import { readdir, readFile, rename, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionContent } from '@store/core';
import type { Contender, OpenContender } from '../../contender.ts';
import { besideFiles, day, lifetime } from './session-folder.ts';

type Stored = SessionContent & { expires: number };

/**
 * The line LIMIT of research/benchmarks.md: what one writes by hand with `node:fs/promises`. The id is the file's name, a
 * save is a temporary file and a rename, and two saves at once may lose one.
 */
export function bareContender(name: string): Contender {
  return {
    name,
    open(directory): OpenContender<Stored | undefined> {
      const pathOf = (id: string) => join(directory, `${id}.json`);
      let temporaries = 0;

      const read = async (path: string) => {
        try {
          return JSON.parse(await readFile(path, 'utf8')) as Stored;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
          throw error;
        }
      };
      const save = async (id: string, { data, flash }: SessionContent, now = Date.now()) => {
        const temporary = join(directory, `${id}.${temporaries++}`);
        await writeFile(temporary, JSON.stringify({ data, flash, expires: now + lifetime }));
        await rename(temporary, pathOf(id));
      };

      return {
        async load(id) {
          const stored = await read(pathOf(id));
          return stored && stored.expires > Date.now() ? stored : undefined;
        },
        contentOf: (loaded) => loaded && { data: loaded.data, flash: loaded.flash },
        saveNew: save,
        saveOver: save,
        async update(id, loaded, change) {
          if (loaded) await save(id, change(loaded));
        },
        touch: (id) => utimes(pathOf(id), new Date(), new Date()),
        destroy: (id) => unlink(pathOf(id)),
        async gc() {
          for (const name of await readdir(directory)) {
            const stored = await read(join(directory, name));
            if (stored && stored.expires <= Date.now()) await unlink(join(directory, name));
          }
        },
        saveExpired: (id, content) => save(id, content, Date.now() - day),
        ...besideFiles(directory),
        close: () => {},
      };
    },
  };
}
