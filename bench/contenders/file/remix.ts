import { createSession, type Session } from '@remix-run/session';
import { createFsSessionStorage } from '@remix-run/session/fs-storage';
import type { SessionContent } from '@store/core';
import type { Contender, OpenContender } from '../../contender.ts';
import { packageVersion } from '../package-version.ts';
import { besideFiles } from './session-folder.ts';

/** Remix 3's file storage: no expiry, no touch, no garbage collection. */
export const remixPeer: Contender = {
  name: packageVersion('@remix-run/session'),
  caveat: 'writes in place',
  open(directory): OpenContender<Session> {
    const storage = createFsSessionStorage(directory);
    const fill = (session: Session, { data, flash }: SessionContent) => {
      session.set('data', data);
      session.set('flash', flash);
      return storage.save(session);
    };
    const contentOf = (session: Session) => {
      const [{ data, flash }] = session.data as [Partial<SessionContent>, object];
      return data && flash ? { data, flash } : undefined;
    };
    return {
      load: (id) => storage.read(id),
      contentOf,
      saveNew: (id, content) => fill(createSession(id), content),
      saveOver: (id, content) => fill(createSession(id), content),
      async update(_id, loaded, change) {
        const content = contentOf(loaded);
        if (content) await fill(loaded, change(content));
      },
      async destroy(id) {
        const session = createSession(id);
        session.destroy();
        await storage.save(session);
      },
      ...besideFiles(directory),
      close: () => {},
    };
  },
};
