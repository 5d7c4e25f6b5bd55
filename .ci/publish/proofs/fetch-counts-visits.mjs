import assert from 'node:assert/strict';
import { createBrowser } from './browser.mjs';
import counter from './example.js';

const visit = createBrowser(counter.fetch, 'https://shop.example');
assert.equal(await visit('/'), 'Visit 1');
assert.equal(await visit('/'), 'Visit 2');
console.log('proved');
