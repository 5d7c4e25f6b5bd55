import assert from 'node:assert/strict';
import { createBrowser } from './browser.mjs';
import { app } from './example.js';
import { startApplication } from './started-application.mjs';

const { send, origin, stop } = await startApplication(app);
const visit = createBrowser(send, origin);
assert.equal(await visit('/'), 'Hello, stranger');
await visit('/sign-in/Ada', { method: 'POST' });
assert.equal(await visit('/'), 'Hello, Ada');
stop();
console.log('proved');
