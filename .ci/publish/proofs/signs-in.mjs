import assert from 'node:assert/strict';
import { cacheStore, createStore } from '@store/core';
import { startApplication } from './started-application.mjs';

const sessions = new Map();
cacheStore(
  createStore({
    load: (id) => sessions.get(id),
    save: (id, data, flash) => void sessions.set(id, { data, flash }),
    destroy: (id) => void sessions.delete(id),
    gc() {},
  }),
);
const { app } = await import('./program.js');
const { send, origin, stop } = await startApplication(app);

const signIn = new Request(new URL('/sign-in', origin), { method: 'POST', redirect: 'manual' });
const { status, headers } = await send(signIn);
assert.equal(status, 303);
const cookies = headers.getSetCookie();
assert.equal(cookies.length, 1);
const [cookie] = cookies[0].split(';');
const page = await send(new Request(new URL(headers.get('location'), origin), { headers: { cookie } }));
assert.equal(await page.text(), 'Ada');
stop();
console.log('proved');
