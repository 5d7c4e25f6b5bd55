import { createSessionId, isStoreError, type SessionStore } from '@store/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshSchema, url } from '../test/fresh-schema.ts';
import { type PostgresSessionOptions, startSession } from './start-session.ts';

async function begin(options: PostgresSessionOptions = {}): Promise<SessionStore> {
  const store = await startSession({
    connectionString: url,
    schema: freshSchema(),
    cache: false,
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

describe('a PostgreSQL store', () => {
  it('keeps what is saved', async () => {
    const store = await begin();
    const id = createSessionId();
    await store.save(id, { a: 1 }, {}, { subject: 'ada' });
    expect(await store.load(id)).toMatchObject({ exists: true, data: { a: 1 }, subject: 'ada' });
    expect(await store.update(id, ({ data, flash }) => ({ data: { ...data, b: 2 }, flash }))).toBe(true);
    expect(await store.touch(id)).toBe(true);
    expect((await store.load(id)).data).toEqual({ a: 1, b: 2 });
    await store.destroy(id);
    expect((await store.load(id)).exists).toBe(false);
    expect(isStoreError(1)).toBe(false);
  });
});
