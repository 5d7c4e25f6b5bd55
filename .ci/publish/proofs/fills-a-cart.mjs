import assert from 'node:assert/strict';
import { createSessionId, load } from '@store/core';
import { addToCart, startSession } from './example.js';

startSession();
const id = createSessionId();
assert.deepEqual([await addToCart(id, 'tea'), await addToCart(id, 'rice')], [1, 2]);
assert.deepEqual((await load(id)).data, { cart: ['tea', 'rice'] });
console.log('proved');
