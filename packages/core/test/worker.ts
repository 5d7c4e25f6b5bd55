// Runs inside workerd, where no Node built-in exists: whatever throws here fails the test that starts it.

import { cacheStore, close, createSessionId, load, save, update } from '@store/core';
import { createRecordStore, type SessionRecord } from '@store/core/driver';

function expect(truth: boolean, promise: string): void {
  if (!truth) throw new Error(promise);
}

const records = new Map<string, SessionRecord>();

export default {
  async test(): Promise<void> {
    expect(!('process' in globalThis) && !('Buffer' in globalThis), 'There is no Node here');
    cacheStore(
      createRecordStore({
        read: (key) => records.get(key),
        insert: (record) => records.set(record.key, record).has(record.key),
        replace: (key, _version, next) => records.delete(key) && records.set(next.key, next).has(next.key),
        touch: () => true,
        delete: (key) => void records.delete(key),
        deleteExpired: () => 0,
      }),
    );
    const [id, newId] = [createSessionId(), createSessionId()];
    await save(id, { name: 'Ada' }, {});
    const moved = await update(id, ({ data, flash }) => ({ data: { ...data, n: 1 }, flash }), { newId });
    const { data } = await load(newId);
    expect(moved && data.name === 'Ada' && data.n === 1, 'A session is saved, changed and loaded');
    expect(!(await load(id)).exists, 'The old id is gone');
    await close();
    console.log('promises kept');
  },
};
