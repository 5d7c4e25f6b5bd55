// Loads the ES modules named by the arguments with `require`, as CommonJS code would, and uses core the same way.
const assert = require('node:assert/strict');

for (const name of process.argv.slice(2)) assert.notDeepEqual(Object.keys(require(name)), [], name);

const { createSessionId, createStore, cacheStore, load, save } = require('@store/core');
const sessions = new Map();
cacheStore(
  createStore({
    load: (id) => sessions.get(id),
    save: (id, data, flash) => void sessions.set(id, { data, flash }),
    destroy: (id) => void sessions.delete(id),
    gc() {},
  }),
);
const id = createSessionId();
save(id, { name: 'Ada' }, {})
  .then(() => load(id))
  .then(({ data }) => assert.deepEqual(data, { name: 'Ada' }))
  .then(() => console.log('proved'));
