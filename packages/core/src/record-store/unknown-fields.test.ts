import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordStore, type RecordStorage, sessionKey } from '../driver.ts';
import { createSessionId, type SessionContent, type SessionStore } from '../index.ts';
import { type MemoryStorage, memoryStorage } from '../memory.ts';

const now = 1_700_000_000_000;
const known = ['v', 'data', 'flash', 'expireOnClose'];
const hour = { idleTimeout: 3600, now: () => now };

/** The fields of a stored payload that this version does not recognize, as entries, because a field may be named `__proto__`. */
function unknownIn(payload: string | undefined): [string, unknown][] {
  const fields = JSON.parse(payload ?? '{}') as object;
  return Object.entries(fields).filter(([name]) => !known.includes(name));
}

/** A session written by a later version: some fields of its payload are unknown to this one. */
function storeLater(storage: MemoryStorage, id: string, fields: [string, unknown][], subject?: string): void {
  const members = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  storage.insert(
    {
      key: sessionKey(id),
      payload: `{${members.join(',')}}`,
      subject: subject ?? null,
      version: 1,
      createdAt: now - 1000,
      expiresAt: now + 3_600_000,
      idleTimeout: null,
    },
    now,
  );
}

const add = ({ data, flash }: SessionContent): SessionContent => ({
  data: { ...data, more: Object.keys(data).length },
  flash,
});

/** Each function writes the session once and returns its id afterwards. */
const writes: { [name: string]: (store: SessionStore, id: string) => Promise<string> } = {
  async update(store, id) {
    expect(await store.update(id, add)).toBe(true);
    return id;
  },
  async updateFromBase(store, id) {
    expect(await store.update(id, add, { base: await store.load(id) })).toBe(true);
    return id;
  },
  async fiveUpdates(store, id) {
    const base = await store.load(id);
    const done = await Promise.all([1, 2, 3, 4, 5].map(() => store.update(id, add, { base })));
    expect(done).toEqual([true, true, true, true, true]);
    return id;
  },
  async move(store, id) {
    const newId = createSessionId();
    expect(await store.update(id, add, { newId })).toBe(true);
    return newId;
  },
  async login(store, id) {
    const newId = createSessionId();
    const { subject = 'ada' } = await store.load(id);
    expect(await store.update(id, add, { newId, subject, base: await store.load(id) })).toBe(true);
    return newId;
  },
  async touch(store, id) {
    expect(await store.touch(id)).toBe(true);
    return id;
  },
  async save(store, id) {
    await store.save(id, { saved: true }, {});
    return id;
  },
  async saveFlash(store, id) {
    await store.save(id, {}, { notice: 'hi' }, { expireOnClose: true });
    return id;
  },
};

const storages: { [name: string]: (storage: MemoryStorage) => RecordStorage } = {
  whole: (storage) => storage,
  withoutSave: ({ save: _, ...rest }) => rest,
  required({ read, insert, replace, touch, delete: remove, deleteExpired }) {
    return { read, insert, replace, touch, delete: remove, deleteExpired };
  },
};

const value = fc.jsonValue();
const unknown = fc.uniqueArray(
  fc.tuple(
    fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('__proto__', 'constructor', 'V', '', 'toJSON', '0'),
      )
      .filter((name) => !known.includes(name)),
    value,
  ),
  { selector: ([name]) => name, minLength: 1, maxLength: 4 },
);

/** The known fields surrounded by unknown ones, where a later version may put them. */
const fields = fc.tuple(unknown, fc.nat(4), fc.boolean()).map(([later, before, isVersionLast]) => {
  const content: [string, unknown][] = [
    ['data', { name: 'Ada' }],
    ['flash', { notice: 'hi' }],
  ];
  const v: [string, unknown] = ['v', 1];
  const ours = isVersionLast ? [...content, v] : [v, ...content];
  return { all: [...later.slice(0, before), ...ours, ...later.slice(before)], later };
});

const byName = (list: [string, unknown][]) => [...list].sort(([a], [b]) => (a < b ? -1 : 1));

describe('fields that a later version stored', () => {
  it.each(Object.entries(storages))(
    'survive any sequence of writes, on a storage backend that is %s',
    async (_, make) => {
      const rows = fc.array(fc.constantFrom(...Object.keys(writes)), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(fields, rows, async ({ all, later }, row) => {
          const storage = memoryStorage();
          const store = createRecordStore(make(storage), hour);
          let id = createSessionId();
          storeLater(storage, id, all);
          // JSON turns -0 into 0.
          const expected = byName(JSON.parse(JSON.stringify(later)) as [string, unknown][]);
          for (const name of row) {
            id = (await writes[name]?.(store, id)) ?? id;
            const payload = storage.records.get(sessionKey(id))?.payload;
            expect(byName(unknownIn(payload))).toEqual(expected);
          }
          expect((await store.load(id)).exists).toBe(true);
        }),
      );
    },
  );

  it('cannot override a known field, even in a modified base', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage, hour);
    const id = createSessionId();
    await store.save(id, { role: 'guest' }, {});
    const tampered = [{ data: { role: 'admin' }, flash: 7 }, { v: 2 }, {}, { gone: undefined } as never];
    for (const unknownFields of tampered) {
      const base = { ...(await store.load(id)), unknownFields };
      expect(await store.update(id, (content) => content, { base })).toBe(true);
      expect(await store.load(id)).toMatchObject({ exists: true, data: { role: 'guest' }, flash: {} });
    }
  });

  it('count as content: a session that holds nothing else is not ended as empty', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage, hour);
    const id = createSessionId();
    storeLater(storage, id, [
      ['v', 1],
      ['data', { cart: 1 }],
      ['flash', {}],
      ['later', 1],
    ]);
    await store.update(id, ({ flash }) => ({ data: {}, flash }), { endWhenEmpty: true });
    expect((await store.load(id)).exists).toBe(true);
  });

  it('are dropped with the content when another user signs in to the same session', async () => {
    const later: [string, unknown][] = [
      ['v', 1],
      ['data', {}],
      ['flash', {}],
      ['address', 'of Ada'],
    ];
    const storage = memoryStorage();
    const store = createRecordStore(storage, hour);
    const [moved, saved, newId] = [createSessionId(), createSessionId(), createSessionId()];
    for (const id of [moved, saved]) storeLater(storage, id, later, 'ada');
    await store.update(moved, add, { newId, subject: 'grace' });
    await store.save(saved, {}, {}, { subject: 'grace' });
    for (const id of [newId, saved])
      expect(unknownIn(storage.records.get(sessionKey(id))?.payload)).toEqual([]);
  });

  it('are not inherited by a session saved over an expired one', async () => {
    const storage = memoryStorage();
    const id = createSessionId();
    storeLater(storage, id, [
      ['v', 1],
      ['data', {}],
      ['flash', {}],
      ['later', 1],
    ]);
    const store = createRecordStore(storage, { ...hour, now: () => now + 7_200_000 });
    await store.save(id, {}, {});
    expect(unknownIn(storage.records.get(sessionKey(id))?.payload)).toEqual([]);
  });

  it('count towards maxBytes when save overwrites a session', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage, { ...hour, maxBytes: 200 });
    const id = createSessionId();
    storeLater(storage, id, [
      ['v', 1],
      ['data', {}],
      ['flash', {}],
      ['later', 'x'.repeat(120)],
    ]);
    await store.save(id, { n: 1 }, {});
    await expect(store.save(id, { text: 'x'.repeat(100) }, {})).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect((await store.load(id)).data).toEqual({ n: 1 });
  });
});

describe('save over a session in a newer format', () => {
  it('is rejected with INCOMPATIBLE, and nothing is lost', async () => {
    for (const make of Object.values(storages)) {
      const storage = memoryStorage();
      const store = createRecordStore(make(storage), hour);
      const id = createSessionId();
      storeLater(storage, id, [
        ['v', 2],
        ['cells', []],
      ]);
      await expect(store.save(id, {}, {})).rejects.toMatchObject({ code: 'INCOMPATIBLE' });
      expect(storage.records.get(sessionKey(id))?.payload).toBe('{"v":2,"cells":[]}');
    }
  });
});
