import { createFileSessionStorage } from '@react-router/node';
import type { SessionContent } from '@store/core';
import { createSession, type Session } from 'react-router';
import type { Contender, OpenContender } from '../../contender.ts';
import { packageVersion } from '../package-version.ts';
import { besideFiles, lifetime } from './session-folder.ts';

/**
 * React Router's file storage. It draws its ids itself, so each of ours has a cookie of its own, unsigned: what is
 * measured besides the storage is reading and writing that.
 */
export const reactRouterPeer: Contender = {
  name: packageVersion('@react-router/node'),
  open(directory): OpenContender<Session> {
    const { getSession, commitSession, destroySession } = createFileSessionStorage({
      dir: directory,
      cookie: { name: 'session', maxAge: lifetime / 1000 },
    });
    const known = new Map<string, { id: string; header: string }>();
    /** For an id that was never saved, the cookie of a session that is not there. */
    const headerOf = (id: string) =>
      known.get(id)?.header ?? `session=${btoa(JSON.stringify(id.slice(0, 16)))}`;

    return {
      load: (id) => getSession(headerOf(id)),
      contentOf: (loaded) => (loaded.has('data') ? (loaded.data as unknown as SessionContent) : undefined),
      async saveNew(id, content) {
        const header = (await commitSession(createSession({ ...content }))).split(';')[0] ?? '';
        known.set(id, { header, id: JSON.parse(atob(decodeURIComponent(header.slice('session='.length)))) });
      },
      saveOver: (id, content) => commitSession(createSession({ ...content }, known.get(id)?.id)),
      async update(_id, loaded, change) {
        const { data, flash } = change(loaded.data as unknown as SessionContent);
        loaded.set('data', data);
        loaded.set('flash', flash);
        await commitSession(loaded);
      },
      async destroy(id) {
        await destroySession(createSession({}, known.get(id)?.id));
        known.delete(id);
      },
      ...besideFiles(directory),
      close: () => {},
    };
  },
};
