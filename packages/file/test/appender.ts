// Increments the counter in a session's payload, each time by compare-and-swap: node appender.ts <directory> <key> <count>
import { openDirectory } from '../src/directory/open-directory.ts';
import { createFileStorage } from '../src/file-storage.ts';

const [directory = '', key = '', count = ''] = process.argv.slice(2);
const storage = createFileStorage(openDirectory(directory), { durable: false, onDamaged: () => {} });
let version = process.pid * 1e6;

async function increment(): Promise<void> {
  for (;;) {
    const record = storage.read(key);
    if (!record) throw new Error('The session is gone.');
    const { n, ...rest } = JSON.parse(record.payload) as { n: number };
    const payload = JSON.stringify({ n: n + 1, ...rest });
    const next = { ...record, payload, version: ++version };
    if (await storage.replace(key, record.version, next, Date.now())) return;
  }
}

process.once('message', async () => {
  for (let n = 0; n < Number(count); n++) await increment();
  process.send?.('done');
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
