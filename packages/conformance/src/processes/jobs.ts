import type { SessionData, SessionStore } from '@store/core';
import { collectAll } from '../cases/many-sessions.ts';

/** The jobs that another process can run on its store. Arguments and results travel as JSON. */
export interface Jobs {
  save(id: string, data: SessionData, subject?: string): Promise<void>;
  data(id: string): Promise<SessionData | null>;
  /** Adds 1 to `data.count` this many times, five at a time. @returns how many times `update` returned `true` */
  increase(id: string, times: number): Promise<number>;
  move(id: string, newId: string): Promise<boolean>;
  /** Moves each session through its chain of ids, one after the other; all chains run at the same time. */
  moveAlong(chains: string[][]): Promise<void>;
  destroy(id: string): Promise<void>;
  destroyAll(subject: string): Promise<number>;
  seal(id: string, data: SessionData): Promise<string>;
  /** Calls `gc()` until it removes nothing more. @returns how many sessions were removed */
  collectAll(): Promise<number>;
  close(): Promise<void>;
}

/** Makes the jobs for a store. */
export function createJobs(store: SessionStore): Jobs {
  return {
    save: (id, data, subject) => store.save(id, data, {}, subject === undefined ? {} : { subject }),
    async data(id) {
      const { exists, data } = await store.load(id);
      return exists ? data : null;
    },
    async increase(id, times) {
      let done = 0;
      for (let left = times; left > 0; left -= 5) {
        const answers = Array.from({ length: Math.min(left, 5) }, () =>
          store.update(id, ({ data, flash }) => ({
            data: { ...data, count: Number(data.count) + 1 },
            flash,
          })),
        );
        done += (await Promise.all(answers)).filter(Boolean).length;
      }
      return done;
    },
    move: (id, newId) => store.update(id, (content) => content, { newId }),
    async moveAlong(chains) {
      const along = async ([id, newId, ...rest]: string[]): Promise<void> => {
        if (id === undefined || newId === undefined) return;
        if (await store.update(id, (content) => content, { newId })) await along([newId, ...rest]);
      };
      await Promise.all(chains.map(along));
    },
    destroy: (id) => store.destroy(id),
    destroyAll: (subject) => store.destroyAll(subject),
    seal: (id, data) => store.cookieValue(id, data, {}),
    collectAll: () => collectAll(store),
    close: () => store.close(),
  };
}
