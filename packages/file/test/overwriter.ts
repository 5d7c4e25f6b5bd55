// Overwrites sessions, one after the other, until it is killed: node overwriter.ts <directory> <longest text> <id>...
import { startSession } from '@store/file';

const [directory = '', most = '', ...ids] = process.argv.slice(2);
const longest = Number(most);
const store = await startSession({ directory });
process.send?.('ready');
for (let n = 1; ; n++) {
  for (const id of ids) {
    // Payloads of different lengths, so that a mixture of two would be noticed.
    await store.save(id, { n, longest, text: 'x'.repeat((n * 997) % longest), end: n }, {});
  }
  // Ends this process with its parent, in case the parent has no time to kill it.
  await new Promise(setImmediate);
}
