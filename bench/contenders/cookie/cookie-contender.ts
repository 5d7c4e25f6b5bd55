import type { Awaitable, SessionContent } from '@store/core';
import type { Contender, OpenContender } from '../../contender.ts';

/** What a way to keep sessions in cookies does. All seal the same: id, content, beginning and end. */
export interface CookieWay {
  seal(id: string, content: SessionContent): Awaitable<string>;
  /** `undefined`, or an exception, for a cookie that is not genuine. */
  open(cookie: string): Awaitable<SessionContent | undefined>;
}

/** Seconds that every cookie is good for. */
export const lifetime = 7200;

/**
 * A contender whose sessions are in cookies. What the browsers keep is a map, the same for all, and costs next to nothing.
 * A load that misses gets a cookie of which one character was changed.
 */
export function cookieContender(name: string, start: () => Awaitable<CookieWay>): Contender {
  return {
    name,
    async open(): Promise<OpenContender<SessionContent | undefined>> {
      const { seal, open } = await start();
      const browsers = new Map<string, string>();
      const genuine = await seal('0'.repeat(64), { data: {}, flash: {} });
      const middle = genuine.length >> 1;
      const forged =
        genuine.slice(0, middle) + (genuine[middle] === 'A' ? 'B' : 'A') + genuine.slice(middle + 1);
      const save = async (id: string, content: SessionContent) => {
        browsers.set(id, await seal(id, content));
      };
      return {
        async load(id) {
          const cookie = browsers.get(id);
          if (cookie !== undefined) return open(cookie);
          try {
            return await open(forged);
          } catch {
            return undefined;
          }
        },
        contentOf: (loaded) => loaded,
        saveNew: save,
        saveOver: save,
        async update(id, loaded, change) {
          if (loaded) await save(id, change(loaded));
        },
        destroy: (id) => browsers.delete(id),
        bulk: (saves) => saves(),
        settle() {},
        rows: () => browsers.size,
        close() {},
      };
    },
  };
}
