import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createBrowser } from './browser.mjs';
import { app } from './example.js';

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const visit = createBrowser(fetch, `http://127.0.0.1:${server.address().port}`);
const post = (path, fields) => visit(path, { method: 'POST', body: new URLSearchParams(fields) });
await post('/sign-in', { email: 'ada@example.org', name: 'Ada' });
await post('/cart/tea', {});
assert.deepEqual(JSON.parse(await visit('/')), { name: 'Ada', cart: ['tea'], notice: 'Welcome, Ada!' });
assert.deepEqual(JSON.parse(await visit('/')), { name: 'Ada', cart: ['tea'] });
server.close();
server.closeAllConnections();
console.log('proved');
