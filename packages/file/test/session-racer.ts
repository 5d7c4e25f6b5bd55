// Repeats operations on a session as instructed: node session-racer.ts <directory>
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startSession } from '@store/file';

interface Task {
  id: string;
  act: 'destroy' | 'update' | 'gc' | 'touch' | 'move' | 'destroyAll';
  now: number;
  /** How many turns of the event loop to wait first. */
  turns: number;
}

let now = 0;
const [directory = ''] = process.argv.slice(2);
const store = await startSession({ directory, idleTimeout: 1000, now: () => now });

const acts = {
  destroy: (id: string) => store.destroy(id),
  /** Updates until the session is gone. @returns how many times it was found */
  async update(id: string) {
    let updates = 0;
    while (await store.update(id, ({ data, flash }) => ({ data: { ...data, updates }, flash }))) updates++;
    return updates;
  },
  gc: () => store.gc(),
  touch: (id: string) => store.touch(id),
  /** Keeps moving the session until it is gone. @returns how many times it was found */
  async move(id: string) {
    let moves = 0;
    while (await store.update(`${id}_${moves}`, (content) => content, { newId: `${id}_${moves + 1}` }))
      moves++;
    return moves;
  },
  destroyAll: (id: string) => store.destroyAll(id),
};

process.on('message', async ({ id, act, turns, ...task }: Task) => {
  now = task.now;
  for (let turn = 0; turn < turns; turn++) await nextTurn();
  process.send?.({ outcome: await acts[act](id) });
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
