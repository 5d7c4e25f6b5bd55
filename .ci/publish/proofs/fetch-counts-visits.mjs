import assert from 'node:assert/strict';
import { createBrowser } from './browser.mjs';

const { app, default: counter = app } = await import('./example.js');
const visit = createBrowser((request) => counter.fetch(request), 'https://shop.example');
assert.equal(await visit('/'), 'Visit 1');
assert.equal(await visit('/'), 'Visit 2');
console.log('proved');
