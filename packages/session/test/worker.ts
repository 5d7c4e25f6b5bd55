// Runs inside workerd, where no Node built-ins exist: an error thrown here fails the test that starts it.

import { cacheStore } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { sessionHandler } from '@store/session/fetch';

function expect(truth: boolean, promise: string): void {
  if (!truth) throw new Error(promise);
}

const handler = sessionHandler<{ visits: number }>((_request, session) => {
  session.update('visits', (visits = 0) => visits + 1);
  return new Response(`Visit ${session.get('visits')}`);
});

export default {
  async test(): Promise<void> {
    expect(!('process' in globalThis) && !('Buffer' in globalThis), 'This runtime is not Node');
    cacheStore(createRecordStore(memoryStorage()));
    const first = await handler(new Request('https://shop.example'));
    const setCookie = first.headers.get('Set-Cookie') ?? '';
    expect(/^__Host-session=[\w-]{43};.*; Secure;/.test(setCookie), 'The cookie is set');
    const cookie = setCookie.slice(0, setCookie.indexOf(';'));
    const second = await handler(new Request('https://shop.example', { headers: { cookie } }));
    expect((await second.text()) === 'Visit 2', 'The session is kept');
    console.log('promises kept');
  },
};
