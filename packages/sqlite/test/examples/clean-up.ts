import { startSession } from '@store/sqlite';

const store = await startSession({ database: process.env.DATABASE ?? './sessions.db' });
console.log(`removed ${await store.gc()} expired sessions`);
await store.close();
