// Runs inside workerd, where no Node built-in exists: whatever throws here fails the test that starts it.
import { startSession } from '@store/cookie';
import { createSessionId } from '@store/core';

export default {
  async test() {
    if ('process' in globalThis) throw new Error('Node is available here');
    const store = await startSession({ password: 'of the tests, and long enough for them', cache: false });
    const id = createSessionId();
    const sealed = await store.cookieValue(id, { name: 'Ada' }, {});
    const opened = await store.load(sealed);
    if (opened.id !== id || opened.data.name !== 'Ada')
      throw new Error('The opened content differs from the sealed content');
    if ((await store.load(`${sealed}x`)).exists) throw new Error('A tampered seal was opened');
    console.log('promises kept');
  },
};
