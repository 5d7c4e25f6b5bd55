// Runs inside workerd, where no Node built-ins exist: an error thrown here fails the test that starts it.

import { cacheStore } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';

function expectSame(actual: unknown, expected: unknown, promise: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${promise}: ${a} is not ${b}`);
}

const { records, ...storage } = memoryStorage();
let collections = 0;
const app = new Hono<{ Variables: SessionVariables<{ keys: string[] }> }>();
app.use(sessionMiddleware({ gcProbability: 1 }));
app.use(async (c, next) => {
  const key = c.req.path;
  c.get('session').update('keys', (keys = []) => [...keys, key]);
  setCookie(c, 'theme', 'dark');
  await next();
});
app.get('/text', (c) => c.text('ok'));
app.get('/redirect', (c) => c.redirect('/text'));
app.get('/native-redirect', () => Response.redirect('https://shop.example/text', 303));
app.get('/204', (c) => c.body(null, 204));
app.get('/304', (c) => c.body(null, 304));
app.get('/stream', (c) => c.body(new Blob(['streamed']).stream()));
app.get('/refused', () => {
  throw new HTTPException(422);
});
app.get('/thrown', () => {
  throw new Error('on purpose');
});
app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('failed', 500)));

export default {
  async test(_controller: unknown, env: object): Promise<void> {
    expectSame('process' in globalThis || 'Buffer' in globalThis, false, 'This runtime is not Node');
    cacheStore(
      createRecordStore({
        ...storage,
        deleteExpired(now, limit) {
          collections += 1;
          return storage.deleteExpired(now, limit);
        },
      }),
    );
    const waited: Promise<unknown>[] = [];
    const context = {
      waitUntil: (work: Promise<unknown>) => void waited.push(work),
      passThroughOnException() {},
      props: {},
    };
    const visit = async (path: string, cookie = '') => {
      const request = new Request(`https://shop.example${path}`, { headers: { cookie } });
      const response = await app.fetch(request, env, context);
      await response.text();
      return response;
    };
    const namesOf = (response: Response) =>
      response.headers
        .getSetCookie()
        .map((line) => line.split('=')[0])
        .sort();
    for (const path of ['/text', '/redirect', '/204', '/304', '/stream', '/missing'])
      expectSame(namesOf(await visit(path)), ['__Host-session', 'theme'], `Both cookies are on ${path}`);
    // Headers set on Hono's context are not on a response created without it, with or without a session.
    expectSame(
      namesOf(await visit('/native-redirect')),
      ['__Host-session'],
      'A response with immutable headers gets a cookie',
    );
    const before = records.size;
    for (const [path, status] of [
      ['/refused', 422],
      ['/thrown', 500],
    ] as const) {
      const response = await visit(path);
      expectSame([response.status, namesOf(response).includes('__Host-session')], [status, false], path);
    }
    expectSame(records.size, before, 'Errors write nothing');

    const [first = ''] = (await visit('/text')).headers.getSetCookie().filter((line) => /^__Host/.test(line));
    const cookie = first.split(';')[0] as string;
    const paths = Array.from({ length: 50 }, (_, n) => `/text?${n}`);
    await Promise.all(paths.map((path) => visit(path, cookie)));
    const kept = [...records.values()].map(({ payload }) => String(payload).split('"/text"').length - 1);
    expectSame(Math.max(...kept), 51, 'All keys of 50 parallel requests are kept');

    await Promise.all(waited);
    expectSame(collections > 50, true, 'Garbage is collected after responses, through waitUntil');
    console.log('promises kept');
  },
};
