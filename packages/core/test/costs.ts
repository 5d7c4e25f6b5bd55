import type { RecordStorage } from '../src/driver.ts';
import { createSessionId, type SaveOptions, type SessionContent, type SessionStore } from '../src/index.ts';

export type Call = keyof RecordStorage;
export type Run = (scene: Scene) => Promise<unknown>;

/** What each run gets. */
export interface Scene {
  /** The store whose calls are counted. */
  store: SessionStore;
  /** Another process's store on the same records; its calls are not counted. */
  other: SessionStore;
  id: string;
  advance(seconds: number): void;
  /** Saves this many sessions. */
  fill(count: number): Promise<void>;
}

/** One part of a cell in README.md, such as "2 without", and the calls it stands for. */
interface Cost {
  cell: string;
  calls: Call[];
  /** How often those calls are repeated, for cells such as "1 more for each session". @default 1 */
  times?: number;
  /** The calls made in any case, for cells such as "1 more if …". */
  always?: Call[];
  /** The situations in which this holds, and the run for each. */
  when: { [situation: string]: Run };
}

const keep = (content: SessionContent) => content;
const emptied = () => ({ data: {}, flash: {} });

/** Saves over a session that was saved with the options `before`. */
const saveOver =
  (before: SaveOptions, options?: SaveOptions): Run =>
  async ({ store, other, id }) => {
    await other.save(id, { n: 1 }, { notice: 'Welcome' }, before);
    await store.save(id, { n: 2 }, {}, options);
  };
/** Creates a session, then runs something on it. */
const withSession =
  (run: Run, options?: SaveOptions): Run =>
  async (scene) => {
    await scene.other.save(scene.id, { n: 1 }, {}, options);
    await run(scene);
  };
const afterExpiry = (run: Run): Run =>
  withSession(async (scene) => {
    scene.advance(600);
    await run(scene);
  });
const afterFilling =
  (count: number, run: Run): Run =>
  async (scene) => {
    await scene.fill(count);
    await run(scene);
  };

const count: Run = ({ store }) => store.count();
const clear: Run = ({ store }) => store.clear();
const readEntries: Run = async ({ store }) => {
  for await (const _ of store.entries());
};
const pages = (run: Run): Cost[] => [
  { cell: '1', calls: ['scan'], when: { 'with none': run, 'with 499': afterFilling(499, run) } },
  {
    cell: '1 more for each 500 records',
    calls: ['scan'],
    times: 2,
    always: ['scan'],
    when: { 'with 1,000': afterFilling(1000, run), 'with 1,200': afterFilling(1200, run) },
  },
];

/** The storage calls of each store function: the parts of its cell in README.md's last column, in order. */
export const costs: { [method: string]: Cost[] } = {
  load: [
    {
      cell: '1',
      calls: ['read'],
      when: {
        'of a session': withSession(({ store, id }) => store.load(id)),
        'of none': ({ store, id }) => store.load(id),
      },
    },
  ],
  save: [
    {
      cell: '1',
      calls: ['save'],
      when: {
        'of a new session': ({ store, id }) => store.save(id, {}, {}),
        'over a session': saveOver({}),
        'over the session of a subject': saveOver({ subject: 'ada' }),
        'over the same lifetime': saveOver({ idleTimeout: 60 }, { idleTimeout: 60 }),
      },
    },
    {
      cell: '3 over an expired session, with a different lifetime or subject, or near the absolute timeout',
      calls: ['save', 'read', 'replace'],
      when: {
        'over an expired session': afterExpiry(({ store, id }) => store.save(id, {}, {})),
        'over an idle timeout': saveOver({ idleTimeout: 60 }),
        'over expireOnClose': saveOver({ expireOnClose: true }),
        'over no subject': saveOver({}, { subject: 'ada' }),
        'over another subject': saveOver({ subject: 'bob' }, { subject: 'ada' }),
        'near its absolute timeout': withSession(async ({ store, other, id, advance }) => {
          for (let minutes = 0; minutes < 45; minutes += 9) {
            advance(540);
            await other.touch(id);
          }
          await store.save(id, {}, {});
        }),
      },
    },
  ],
  create: [
    {
      cell: '1',
      calls: ['insert'],
      when: { 'of a new session': ({ store, id }) => store.create(id, {}, {}) },
    },
    {
      cell: '2 if the id is taken',
      calls: ['insert', 'read'],
      when: { 'by a session': withSession(({ store, id }) => store.create(id, {}, {})) },
    },
    {
      cell: '3 over an expired session',
      calls: ['insert', 'read', 'replace'],
      when: { 'not yet collected': afterExpiry(({ store, id }) => store.create(id, {}, {})) },
    },
  ],
  update: [
    {
      cell: '1 with a fresh `base`',
      calls: ['replace'],
      when: {
        'that was loaded': withSession(async ({ store, other, id }) =>
          store.update(id, keep, { base: await other.load(id) }),
        ),
      },
    },
    {
      cell: '1 with a fresh `base`',
      calls: ['move'],
      when: {
        'and a new id': withSession(async ({ store, other, id }) =>
          store.update(id, keep, { base: await other.load(id), newId: createSessionId() }),
        ),
      },
    },
    {
      cell: '2 without',
      calls: ['read', 'replace'],
      when: { 'of a session': withSession(({ store, id }) => store.update(id, keep)) },
    },
    {
      cell: '3 with a stale one',
      calls: ['replace', 'read', 'replace'],
      when: {
        'after a write by another process': withSession(async ({ store, other, id }) => {
          const base = await other.load(id);
          await other.update(id, keep);
          await store.update(id, keep, { base });
        }),
      },
    },
    {
      cell: '1 more if it ends the session',
      always: ['read', 'replace'],
      calls: ['delete'],
      when: {
        'that is left empty': withSession(({ store, id }) =>
          store.update(id, emptied, { endWhenEmpty: true }),
        ),
      },
    },
  ],
  touch: [
    {
      cell: '1 with a `base` that has more than 2 minutes left',
      calls: ['touch'],
      when: {
        'and a little': withSession(async ({ store, other, id, advance }) => {
          const base = await other.load(id);
          advance(479);
          await store.touch(id, { base });
        }),
      },
    },
    {
      cell: '2 without',
      calls: ['read', 'touch'],
      when: { 'without a base': withSession(({ store, id }) => store.touch(id)) },
    },
    {
      cell: '2 without',
      calls: ['read', 'replace'],
      when: {
        'with a base that has less': withSession(async ({ store, other, id, advance }) => {
          const base = await other.load(id);
          advance(480);
          await store.touch(id, { base });
        }),
      },
    },
  ],
  destroy: [
    {
      cell: '1',
      calls: ['deleteSession'],
      when: { 'of a session': withSession(({ store, id }) => store.destroy(id)) },
    },
    {
      cell: '2 if it does not exist',
      calls: ['deleteSession', 'read'],
      when: { 'under the id': ({ store, id }) => store.destroy(id) },
    },
    {
      cell: '2 more for each move since',
      calls: ['deleteSession', 'read'],
      times: 2,
      always: ['deleteSession'],
      when: {
        'of a session that moved twice': withSession(async ({ store, other, id }) => {
          const [second, third] = [createSessionId(), createSessionId()];
          await other.update(id, keep, { newId: second });
          await other.update(second, keep, { newId: third });
          await store.destroy(id);
        }),
      },
    },
  ],
  list: [{ cell: '1', calls: ['listBySubject'], when: { 'of a subject': ({ store }) => store.list('ada') } }],
  destroyAll: [
    {
      cell: '1',
      calls: ['deleteBySubject'],
      when: {
        'of a subject': ({ store }) => store.destroyAll('ada'),
        'but only one': withSession(
          async ({ store, other }) =>
            store.destroyAll('ada', { only: (await other.list('ada'))[0]?.handle ?? '' }),
          { subject: 'ada' },
        ),
      },
    },
    {
      cell: '2 with `except`',
      calls: ['read', 'deleteBySubject'],
      when: {
        'of a session': withSession(({ store, id }) => store.destroyAll('ada', { except: id }), {
          subject: 'ada',
        }),
      },
    },
  ],
  count: pages(count),
  entries: pages(readEntries),
  clear: [
    { cell: '1', calls: ['scan'], when: { 'with none': clear } },
    {
      cell: '1 more for each 500 records',
      calls: ['scan'],
      times: 2,
      always: ['scan', ...Array<Call>(1200).fill('deleteSession')],
      when: { 'with 1,200': afterFilling(1200, clear) },
    },
    {
      cell: '1 more for each session',
      calls: ['deleteSession'],
      times: 3,
      always: ['scan'],
      when: { 'of three': afterFilling(3, clear) },
    },
  ],
  cookieValue: [
    { cell: '0', calls: [], when: { 'of any id': ({ store, id }) => store.cookieValue(id, {}, {}) } },
  ],
  gc: [
    { cell: '1', calls: ['deleteExpired'], when: { 'where nothing has expired': ({ store }) => store.gc() } },
    {
      cell: '1 more for each 500 removed',
      calls: ['deleteExpired'],
      times: 2,
      always: ['deleteExpired'],
      when: {
        'of 1,200': afterFilling(1200, ({ store, advance }) => {
          advance(600);
          return store.gc();
        }),
      },
    },
  ],
  close: [{ cell: '1', calls: ['close'], when: { 'of a store': ({ store }) => store.close() } }],
};
