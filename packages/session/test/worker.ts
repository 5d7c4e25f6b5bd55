// Runs inside workerd, where no Node built-in exists: whatever throws here fails the test that starts it.

import { cacheStore } from '@store/core';
import { createRecordStore, type SessionRecord } from '@store/core/driver';
import { sessionHandler } from '@store/session/fetch';

function expect(truth: boolean, promise: string): void {
  if (!truth) throw new Error(promise);
}

const records = new Map<string, SessionRecord>();

const handler = sessionHandler<{ visits: number }>((_request, session) => {
  session.update('visits', (visits = 0) => visits + 1);
  return new Response(`Visit ${session.get('visits')}`);
});

export default {
  async test(): Promise<void> {
    expect(!('process' in globalThis) && !('Buffer' in globalThis), 'There is no Node here');
    cacheStore(
      createRecordStore({
        read: (key) => records.get(key),
        insert: (record) => records.set(record.key, record).has(record.key),
        replace: (key, _version, next) => records.delete(key) && records.set(next.key, next).has(next.key),
        touch: () => true,
        delete: (key) => void records.delete(key),
        deleteExpired: () => 0,
      }),
    );
    const first = await handler(new Request('https://shop.example'));
    const setCookie = first.headers.get('Set-Cookie') ?? '';
    expect(/^__Host-session=[\w-]{43};.*; Secure;/.test(setCookie), 'The cookie is set');
    const cookie = setCookie.slice(0, setCookie.indexOf(';'));
    const second = await handler(new Request('https://shop.example', { headers: { cookie } }));
    expect((await second.text()) === 'Visit 2', 'The session is kept');
    console.log('promises kept');
  },
};
