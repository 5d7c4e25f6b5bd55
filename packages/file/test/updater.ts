// Updates sessions while they exist; every second update needs a new file: node updater.ts <directory> <id>...
import { startSession } from '@store/file';

const [directory = '', ...ids] = process.argv.slice(2);
const store = await startSession({ directory });
process.send?.('ready');
for (let n = 1; ; n++) {
  for (const id of ids) {
    await store.update(id, () => ({ data: { n, text: 'x'.repeat(n % 2 === 0 ? 100 : 5000) }, flash: {} }));
  }
  await new Promise(setImmediate);
}
