import { stores } from '@adonisjs/session';
import type { SessionContent } from '@store/core';
import type { Contender, OpenContender } from '../../contender.ts';
import { packageVersion } from '../package-version.ts';
import { besideFiles, lifetime } from './session-folder.ts';

interface FileStore {
  read(id: string): Promise<unknown>;
  write(id: string, values: object): Promise<void>;
  touch(id: string): Promise<void>;
  destroy(id: string): Promise<void>;
}

/** AdonisJS' file store, made as its session provider makes it. It writes in place, and has no garbage collection. */
export const adonisPeer: Contender = {
  name: packageVersion('@adonisjs/session'),
  caveat: 'writes in place',
  async open(directory): Promise<OpenContender<SessionContent | null>> {
    const make = (await stores.file({ location: directory }).resolver(undefined as never)) as unknown as (
      context: undefined,
      config: { age: number },
    ) => FileStore;
    const store = make(undefined, { age: lifetime / 1000 });
    const save = (id: string, { data, flash }: SessionContent) => store.write(id, { data, flash });
    return {
      load: async (id) => (await store.read(id)) as SessionContent | null,
      contentOf: (loaded) => loaded ?? undefined,
      saveNew: save,
      saveOver: save,
      async update(id, loaded, change) {
        if (loaded) await save(id, change(loaded));
      },
      touch: (id) => store.touch(id),
      destroy: (id) => store.destroy(id),
      ...besideFiles(directory),
      close: () => {},
    };
  },
};
