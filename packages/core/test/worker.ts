// Runs inside workerd, which has no Node built-ins. An error thrown here fails the test that starts it.

import { cacheStore, close, createSessionId, load, save, update } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';

function expect(truth: boolean, promise: string): void {
  if (!truth) throw new Error(promise);
}

export default {
  async test(): Promise<void> {
    expect(!('process' in globalThis) && !('Buffer' in globalThis), 'The runtime has no Node globals');
    cacheStore(createRecordStore(memoryStorage()));
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
