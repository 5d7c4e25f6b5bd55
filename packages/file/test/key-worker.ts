// A worker thread that adds keys to one session; its data: { directory, id, count }.
import { workerData } from 'node:worker_threads';
import { startSession } from '@store/file';

const { directory, id, count } = workerData as { directory: string; id: string; count: number };
const store = await startSession({ directory });
for (let n = 0; n < count; n++) {
  await store.update(id, ({ data, flash }) => ({ data: { ...data, [`worker${n}`]: n }, flash }));
}
await store.close();
