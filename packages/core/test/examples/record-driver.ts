import { cacheStore, type SessionStore } from '@store/core';
import { createRecordStore, type RecordStorage, type StartOptions } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';

/** A storage backend with only the six required functions. */
function sixFunctions(): RecordStorage {
  const { read, insert, replace, touch, delete: remove, deleteExpired } = memoryStorage();
  return { read, insert, replace, touch, delete: remove, deleteExpired };
}

export async function startSession({ cache = true, ...options }: StartOptions = {}): Promise<SessionStore> {
  const store = createRecordStore(sixFunctions(), { ...options, name: 'memory-driver' });
  if (cache) cacheStore(store);
  return store;
}
