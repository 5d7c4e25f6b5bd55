import { memoryStorage } from '@store/core/memory';

/** An in-memory ledger that a test can take down. */
export function breakableStorage() {
  const memory = memoryStorage();
  let isDown = false;
  const storage = new Proxy(memory, {
    get(target, property, receiver) {
      const found = Reflect.get(target, property, receiver);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]) => {
        if (isDown) throw new Error('connection refused');
        return Reflect.apply(found, target, args);
      };
    },
  });
  return {
    storage,
    records: memory.records,
    takeDown() {
      isDown = true;
    },
    bringBack() {
      isDown = false;
    },
  };
}
