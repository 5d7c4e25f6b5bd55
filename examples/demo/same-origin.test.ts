import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoServer, startDemo } from './test/demo-server.ts';

let demo: DemoServer;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

const send = (headers: Record<string, string>) =>
  fetch(`${demo.origin}/cart/add`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ product: 'sencha' }),
    redirect: 'manual',
  });

describe('a form sent from another origin', () => {
  it.each(['https://elsewhere.example', 'http://localhost:1', 'null', 'not a url'])(
    'is refused and stores nothing: %s',
    async (origin) => {
      expect((await send({ origin })).status).toBe(403);
      expect(demo.rows()).toEqual([]);
    },
  );
});

describe('a form sent from the page itself', () => {
  it('is accepted', async () => {
    expect((await send({ origin: demo.origin })).status).toBe(303);
    expect(demo.rows()).toHaveLength(1);
  });
});
