import assert from 'node:assert/strict';
import { createBrowser } from './browser.mjs';
import { listeningServer } from './listening-server.mjs';

const [file = './example.js'] = process.argv.slice(2);
const { server, origin } = await listeningServer(file);
const visit = createBrowser(fetch, origin);
const count = async () => Number(/\d+/.exec(await visit('/')));
const first = await count();
assert.deepEqual([await count(), await count()], [first + 1, first + 2]);
server.close();
server.closeAllConnections();
console.log('proved');
process.exit();
