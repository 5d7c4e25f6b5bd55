import { uncacheStore } from '@store/core';
import { afterEach, describe, expect, it } from 'vitest';
import { openSite } from '../../test/site.ts';
import { sessionHandler } from '../fetch.ts';

const lost = () => Promise.reject(new Error('connection lost'));
const never = () => new Promise<never>(() => {});

afterEach(() => {
  uncacheStore();
});

describe('a failing store', () => {
  it('leads to a 503 when a session cannot be read', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    site.storage.read = lost;
    const { response, setCookies } = await site.visit();
    expect([response.status, response.headers.get('Cache-Control'), setCookies]).toEqual([
      503,
      'no-store',
      [],
    ]);
    expect(site.events.at(-1)).toMatchObject({
      outcome: 'failed',
      reason: 'store-failure',
      error: 'UNAVAILABLE',
    });
  });

  it('does not affect a visitor without a cookie', async () => {
    const site = openSite();
    site.storage.read = lost;
    expect((await site.visit((session) => session.get('n'))).response.status).toBe(200);
  });

  it('leads to an empty read-only session and no cookie with onStoreFailure anonymous', async () => {
    const site = openSite({ onStoreFailure: 'anonymous' });
    await site.visit((session) => session.set('n', 1));
    site.storage.read = lost;
    const { response, setCookies } = await site.visit((session) => {
      expect([session.get('n'), session.isNew, session.subject]).toEqual([undefined, true, undefined]);
      for (const write of [
        () => session.set('n', 2),
        () => session.invalidate(),
        () => session.setSubject('7'),
        () => session.flash('notice', 'lost'),
      ]) {
        expect(write).toThrow(expect.objectContaining({ code: 'UNAVAILABLE', status: 503 }));
      }
    });
    expect([response.status, setCookies]).toEqual([200, []]);
    expect(site.events.at(-1)).toMatchObject({
      outcome: 'anonymous',
      cookie: 'skipped',
      reason: 'store-failure',
    });
  });

  it('fails the request when changes cannot be written, even with onStoreFailure anonymous', async () => {
    for (const onStoreFailure of ['fail', 'anonymous'] as const) {
      const site = openSite({ onStoreFailure });
      await site.visit((session) => session.set('n', 1));
      site.storage.replace = lost;
      const { response, setCookies } = await site.visit((session) => session.set('n', 2));
      expect([response.status, setCookies]).toEqual([503, []]);
    }
  });

  it('fails a request whose touch fails, unless onStoreFailure is anonymous, since nothing is lost then', async () => {
    for (const onStoreFailure of ['fail', 'anonymous'] as const) {
      const site = openSite({ onStoreFailure });
      await site.visit((session) => session.set('n', 1));
      site.clock.now += 200_000;
      site.storage.touch = lost;
      const { response, setCookies } = await site.visit();
      expect([response.status, setCookies]).toEqual([onStoreFailure === 'fail' ? 503 : 200, []]);
      expect(site.events.at(-1)).toMatchObject({ error: 'UNAVAILABLE' });
    }
  });

  it('counts as unavailable when it does not respond within the timeout', async () => {
    const site = openSite({ timeout: 0.01 });
    await site.visit((session) => session.set('n', 1));
    site.storage.read = never;
    expect((await site.visit()).response.status).toBe(503);
    expect(site.events.at(-1)).toMatchObject({ error: 'UNAVAILABLE' });
  });

  it('leaves a response that is already an error as it is', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    site.storage.deleteSession = lost;
    const { response } = await site.visit((session) => {
      session.invalidate();
      return new Response('broken', { status: 500 });
    });
    expect([response.status, await response.text()]).toEqual([500, 'broken']);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'discarded', error: 'UNAVAILABLE' });
  });

  it('rethrows errors that a retry cannot fix, such as a missing store or a value that became invalid', async () => {
    const codes: unknown[] = [];
    const handler = sessionHandler(() => new Response(), {
      onEvent: (event) => codes.push(event.error),
    });
    await expect(handler(new Request('https://shop.example'))).rejects.toMatchObject({
      code: 'NO_STORE',
      status: 500,
    });
    expect(codes).toEqual(['NO_STORE']);

    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    const other = site.visit(async (session) => {
      session.update('n', (n) => {
        if (n === 2) throw new RangeError('two is too many');
        return 0;
      });
      const [record] = [...site.records.values()];
      if (record)
        site.records.set(record.key, {
          ...record,
          payload: record.payload.replace('"n":1', '"n":2'),
          version: 1,
        });
    });
    await expect(other).rejects.toThrow('two is too many');
  });

  it('reports failed garbage collection without failing the request', async () => {
    const work: Promise<void>[] = [];
    const site = openSite({ random: () => 0, waitUntil: (promise) => work.push(promise) });
    site.storage.deleteExpired = lost;
    expect((await site.visit()).response.status).toBe(200);
    expect(site.events).toHaveLength(1);
    await Promise.all(work);
    expect(site.events.at(-1)).toMatchObject({ type: 'gc', outcome: 'failed', error: 'UNAVAILABLE' });
  });
});
