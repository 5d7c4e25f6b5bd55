// Handles two requests on a slow store, one of which fails, and then has nothing left to do: node slow-store.ts
import { createTestSession, openSession } from '../src/index.ts';
import { createMemoryStore } from './memory-store.ts';

const { store, storage } = createMemoryStore({}, true);
const options = { store, timeout: 600, gcProbability: 0 };
const cookie = await createTestSession(store, { n: 1 });
const { session, commit } = await openSession<{ n: number }>(cookie, options);
session.set('n', 2);
await commit();

storage.read = () => new Promise((_, reject) => setImmediate(reject, new Error('connection lost')));
const failed = await openSession(cookie, options).then(
  () => 'opened',
  (error: { code: string }) => error.code,
);
process.stdout.write(`${session.get('n')} ${failed}`);
