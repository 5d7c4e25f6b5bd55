import assert from 'node:assert/strict';
import { createBrowser } from './browser.mjs';
import { app } from './example.js';
import { startApplication } from './started-application.mjs';

const { send, origin, stop } = await startApplication(app);
const visit = createBrowser(send, origin);
const post = (path, fields) => visit(path, { method: 'POST', body: new URLSearchParams(fields) });
await post('/sign-in', { email: 'ada@example.org', name: 'Ada' });
await post('/cart/tea', {});
assert.deepEqual(JSON.parse(await visit('/')), { name: 'Ada', cart: ['tea'], notice: 'Welcome, Ada!' });
assert.deepEqual(JSON.parse(await visit('/')), { name: 'Ada', cart: ['tea'] });
stop();
console.log('proved');
