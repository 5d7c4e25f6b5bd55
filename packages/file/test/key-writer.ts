// Adds keys to one session: node key-writer.ts <directory> <id> <prefix> <count>
import { startSession } from '@store/file';

const [directory = '', id = '', prefix = '', count = ''] = process.argv.slice(2);
const store = await startSession({ directory });
process.send?.('ready');
process.once('message', async () => {
  for (let n = 0; n < Number(count); n++) {
    const written = await store.update(id, ({ data, flash }) => ({
      data: { ...data, [prefix + n]: n },
      flash,
    }));
    if (!written) throw new Error('The session is gone.');
  }
  await store.close();
  process.disconnect();
});
