// Runs inside workerd, where no Node built-in exists: whatever throws here fails the test that starts it.
import { startSession } from '@store/cookie';
import { createSessionId } from '@store/core';

export default {
  async test() {
    if ('process' in globalThis) throw new Error('There is Node here');
    const store = await startSession({ password: 'of the tests, and long enough for them', cache: false });
    const id = createSessionId();
    const sealed = await store.cookieValue(id, { name: 'Ada' }, {});
    const opened = await store.load(sealed);
    if (opened.id !== id || opened.data.name !== 'Ada')
      throw new Error('What was sealed is not what was opened');
    if ((await store.load(`${sealed}x`)).exists) throw new Error('A seal that was tampered with was opened');
    console.log('promises kept');
  },
};
