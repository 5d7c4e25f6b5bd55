import type { DriverSession, StartOptions, StoreDriver } from '@store/core';

/** A driver made of four functions that breaks one promise, and the cases that must fail. */
export interface BrokenFunctions {
  broken: string;
  fails: string[];
  how(driver: StoreDriver, options: StartOptions, sessions: Map<string, DriverSession>): Partial<StoreDriver>;
}

export const brokenFunctions: BrokenFunctions[] = [
  {
    broken: 'save merges with the existing content',
    fails: ['save.replaces'],
    how: (driver) => ({
      async save(id, data, flash, options) {
        const old = await driver.load(id);
        await driver.save(id, { ...old?.data, ...data }, { ...old?.flash, ...flash }, options);
      },
    }),
  },
  {
    broken: 'flash is not kept',
    fails: [
      'load.found',
      'values.keys',
      'values.text',
      'values.nesting',
      'values.flash-only',
      'update.newest',
      'move.moves',
      'create.free',
      'close.reopen',
    ],
    how: (driver) => ({ save: (id, data, _flash, options) => driver.save(id, data, {}, options) }),
  },
  {
    broken: 'load consumes the flash',
    fails: ['load.twice', 'time.functions', 'update.newest', 'move.moves', 'create.free'],
    how: (driver) => ({
      async load(id) {
        const session = await driver.load(id);
        if (session) await driver.save(id, session.data, {}, {});
        return session;
      },
    }),
  },
  {
    broken: 'load extends the session',
    fails: ['time.functions'],
    how: (driver) => ({
      async load(id) {
        const session = await driver.load(id);
        if (session) await driver.save(id, session.data, session.flash, {});
        return session;
      },
    }),
  },
  {
    broken: 'destroy of a missing session throws',
    fails: ['destroy.ends'],
    how: (driver) => ({
      async destroy(id) {
        if ((await driver.load(id)) === undefined) throw new Error('not found');
        await driver.destroy(id);
      },
    }),
  },
  {
    broken: 'destroy resolves before it is done',
    fails: ['destroy.ends', 'update.missing', 'update.destroyed', 'create.free', 'failure.unavailable'],
    how: (driver) => ({
      destroy(id) {
        setTimeout(() => driver.destroy(id), 5);
      },
    }),
  },
  {
    broken: 'ids are compared without regard to case',
    fails: ['values.ids'],
    how: (driver) => ({
      load: (id) => driver.load(id.toLowerCase()),
      save: (id, ...content) => driver.save(id.toLowerCase(), ...content),
      destroy: (id) => driver.destroy(id.toLowerCase()),
    }),
  },
  {
    broken: 'keys of the prototype are lost',
    fails: ['values.keys'],
    how: (driver) => ({
      save(id, data, flash, options) {
        const kept = Object.entries(data).filter(([key]) => !(key in Object.prototype));
        return driver.save(id, Object.fromEntries(kept), flash, options);
      },
    }),
  },
  {
    broken: 'nothing expires',
    fails: ['time.functions'],
    how: (driver, { idleTimeout = 7200, now = Date.now }) => {
      const long = new Map<string, Parameters<StoreDriver['save']>>();
      return {
        async load(id) {
          const found = await driver.load(id);
          const [, data, flash] = long.get(id) ?? [];
          return found ?? (data && flash ? { data, flash, expiresAt: now() + idleTimeout } : undefined);
        },
        async save(...args) {
          await driver.save(...args);
          long.set(args[0], args);
        },
        async destroy(id) {
          await driver.destroy(id);
          long.delete(id);
        },
      };
    },
  },
  {
    broken: 'gc removes live sessions',
    fails: ['gc.functions'],
    how: (driver) => {
      const known = new Set<string>();
      return {
        async save(id, ...content) {
          await driver.save(id, ...content);
          known.add(id);
        },
        async gc() {
          for (const id of known) await driver.destroy(id);
        },
      };
    },
  },
  {
    broken: 'an error names the id',
    fails: ['failure.discreet'],
    how: (driver) => ({
      async load(id) {
        try {
          return await driver.load(id);
        } catch (cause) {
          throw new Error(`The session ${id} cannot be read.`, { cause });
        }
      },
    }),
  },
  {
    broken: 'the id is stored next to the content',
    fails: ['ids.not-at-rest-functions'],
    how: (driver, _options, sessions) => ({
      async save(id, data, flash, options) {
        await driver.save(id, data, flash, options);
        sessions.set(`backup of ${id}`, { data, flash, expiresAt: Number.MAX_VALUE });
      },
    }),
  },
];
