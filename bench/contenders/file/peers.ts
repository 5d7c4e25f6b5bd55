import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stores } from '@adonisjs/session';
import { createFileSessionStorage } from '@react-router/node';
import * as remix from '@remix-run/session';
import { createFsSessionStorage } from '@remix-run/session/fs-storage';
import type { SessionContent } from '@store/core';
import session from 'express-session';
import { createSession, type Session } from 'react-router';
import createFileStoreClass from 'session-file-store';
import helpers from 'session-file-store/lib/session-file-helpers.js';
import { lifetime, type OpenContender } from '../../contender.ts';
import { expressStoreOperations, promised } from '../express-store.ts';
import { countFiles, undefinedIfMissing } from './bare.ts';

export function openSessionFileStore(directory: string): OpenContender {
  const FileStore = createFileStoreClass(session);
  // By default it retries five times when a file is missing, so a miss takes a quarter of a second.
  const options = { retries: 0, ttl: lifetime / 1000, reapInterval: -1, logFn() {} };
  const store = new FileStore({ path: directory, ...options });
  const { load, save, ...operations } = expressStoreOperations(store);
  return {
    ...operations,
    /** It returns the file system's error if the file is missing. */
    load: (id) => load(id).catch(undefinedIfMissing),
    /** It records the time of each save. */
    save(id, content, now) {
      if (now === undefined) return save(id, content);
      writeFileSync(join(directory, `${id}.json`), JSON.stringify({ ...content, __lastAccess: now }));
    },
    async gc() {
      await promised((done) => helpers.reap(store.options, done));
      // It calls back once the last file is done, even if up to nine earlier ones are not.
      await sleep(50);
    },
    rows: () => countFiles(directory),
  };
}

/** React Router generates ids itself, so each of ours maps to an unsigned cookie, which is read and written as well. */
export function openReactRouter(directory: string): OpenContender<Session> {
  const cookie = { name: 'session', maxAge: lifetime / 1000 };
  const { getSession, commitSession, destroySession } = createFileSessionStorage({ dir: directory, cookie });
  const known = new Map<string, { id: string; header: string }>();
  const missing = (id: string) => `session=${btoa(JSON.stringify(id.slice(0, 16)))}`;
  return {
    load: (id) => getSession(known.get(id)?.header ?? missing(id)),
    contentOf: (loaded) => (loaded.has('data') ? (loaded.data as unknown as SessionContent) : undefined),
    async save(id, content) {
      const saved = known.get(id);
      const cookie = await commitSession(createSession({ ...content }, saved?.id));
      if (saved) return;
      const header = cookie.split(';')[0] as string;
      known.set(id, { header, id: JSON.parse(atob(decodeURIComponent(header.slice('session='.length)))) });
    },
    async destroy(id) {
      await destroySession(createSession({}, known.get(id)?.id));
      known.delete(id);
    },
    rows: () => countFiles(directory),
  };
}

/** Remix 3, which has no expiry, no touch and no garbage collection. */
export function openRemix(directory: string): OpenContender<remix.Session> {
  const storage = createFsSessionStorage(directory);
  function write(id: string, fill: (session: remix.Session) => void) {
    const session = remix.createSession(id);
    fill(session);
    return storage.save(session);
  }
  return {
    load: (id) => storage.read(id),
    contentOf(loaded) {
      const [{ data, flash }] = loaded.data as [Partial<SessionContent>, object];
      return data && flash && { data, flash };
    },
    save: (id, { data, flash }) =>
      write(id, (session) => {
        session.set('data', data);
        session.set('flash', flash);
      }),
    destroy: (id) => write(id, (session) => session.destroy()),
    rows: () => countFiles(directory),
  };
}

/** AdonisJS, with its store created the way its session provider creates it. It has no garbage collection. */
export async function openAdonis(directory: string): Promise<OpenContender<SessionContent | null>> {
  const make = await stores.file({ location: directory }).resolver(undefined as never);
  const store = make(undefined as never, { age: lifetime / 1000 } as never);
  return {
    load: async (id) => (await store.read(id)) as SessionContent | null,
    contentOf: (loaded) => loaded ?? undefined,
    save: (id, { data, flash }) => store.write(id, { data, flash }),
    touch: (id) => store.touch(id),
    destroy: (id) => store.destroy(id),
    rows: () => countFiles(directory),
  };
}
