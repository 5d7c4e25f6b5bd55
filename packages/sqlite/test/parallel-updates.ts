import { isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';

/** Increments a counter in a shared session and in a private one, `times` times; prints the code of each failure. */
const [database = '', common = '', own = '', times = '0'] = process.argv.slice(2);
const store = await startSession({ database, cache: false });
const increase = (id: string) =>
  store
    .update(id, ({ data, flash }) => ({ data: { ...data, count: Number(data.count) + 1 }, flash }))
    .catch((error) => console.log(isStoreError(error) ? error.code : String(error)));

await store.save(own, { count: 0 }, {});
const work = [];
for (let n = 0; n < Number(times); n += 1) {
  work.push(increase(common), increase(own));
  if (n % 5 === 4) await Promise.all(work);
}
await Promise.all(work);
await store.close();
