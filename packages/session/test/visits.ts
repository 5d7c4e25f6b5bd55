import { openSession } from '../src/index.ts';
import { createMemoryStore } from './memory-store.ts';

export type Visits = { visits: number; name: string };

/** An in-memory store, and sessions in it that are opened without a framework. */
export function openStore() {
  const behind = createMemoryStore();
  const options = { store: behind.store, gcProbability: 0 };
  /** Stores a session, and returns its `Cookie` header. */
  const begin = async () => {
    const { session, commit } = await openSession<Visits>('', options);
    session.set('visits', 1);
    const [cookie] = (await commit()).cookies;
    return `${cookie?.name}=${cookie?.value}`;
  };
  return { ...behind, options, begin };
}
