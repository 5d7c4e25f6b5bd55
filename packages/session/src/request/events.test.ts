import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createSessionId } from '@store/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSite } from '../../test/site.ts';
import type { SessionSchema } from '../index.ts';

/** A schema like those of Zod or Valibot, which requires `n` to be a number. */
const schema: SessionSchema<{ name: string; n: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { n } = value as { n: unknown };
      return n === undefined || typeof n === 'number'
        ? {}
        : { issues: [{ message: 'not a number', path: ['n'] }] };
    },
  },
};

describe('session events', () => {
  it('are published once per request, in the same form on diagnostics_channel and to onEvent', async () => {
    const received: unknown[] = [];
    const listener = (message: unknown) => received.push(message);
    subscribe('@store/session', listener);
    onTestFinished(() => void unsubscribe('@store/session', listener));
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    await site.visit((session) => session.set('n', 2));
    await site.visit((session) => session.regenerate());
    await site.visit();
    expect(received).toEqual(site.events);
    expect(site.events).toMatchObject([
      { outcome: 'created', cookie: 'set', reason: 'created', store: 'memory' },
      { outcome: 'updated', cookie: 'skipped', reason: 'not-yet-due' },
      { outcome: 'regenerated', cookie: 'set', reason: 'regenerated' },
      { outcome: 'unchanged', cookie: 'skipped', reason: 'not-yet-due' },
    ]);
    for (const event of site.events) expect(event.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('contain no ids and no values', async () => {
    const site = openSite();
    await site.visit((session) => session.set('name', 'Ada'));
    const ids = [...site.cookies.values()];
    await site.visit((session) => {
      session.set('name', 'Grace');
      session.setSubject('user-7');
    });
    await site.visit((session) => session.invalidate());
    const text = JSON.stringify(site.events);
    for (const secret of [...ids, 'Ada', 'Grace', 'user-7']) expect(text).not.toContain(secret);
  });

  it('warn about a Secure cookie that is sent over plain http to another host', async () => {
    const warnings = [];
    for (const origin of ['http://shop.example', 'https://shop.example', 'http://localhost:3000']) {
      const site = openSite({ origin, cookie: { insecureOnLoopback: false } });
      await site.visit((session) => session.set('n', 1));
      warnings.push(site.events.map((event) => ('warning' in event ? event.warning : undefined)));
    }
    expect(warnings).toEqual([['secure-cookie-over-http'], [undefined], [undefined]]);
  });

  it('cannot fail the request by throwing', async () => {
    const site = openSite({
      onEvent() {
        throw new Error('the monitor is broken');
      },
    });
    expect((await site.visit((session) => session.set('n', 1))).response.status).toBe(200);
  });

  it('list the stored keys that do not fit the schema; those read as missing and stay stored', async () => {
    const strict = openSite({ schema });
    const before = openSite({ store: strict.store });
    await before.visit((session) => {
      session.set('n', 'one' as never);
      session.set('name', 'Ada');
    });
    const [id] = before.cookies.values();
    const cookie = `__Host-session=${id}`;
    await strict.visit(
      (session) => {
        expect(session.all()).toEqual({ name: 'Ada' });
        expect(() => session.set('n', 'two' as never)).toThrow(
          /data\.n does not fit the schema: not a number/,
        );
        session.set('name', 'Grace');
      },
      { cookie },
    );
    expect(strict.events.at(-1)).toMatchObject({ outcome: 'updated', invalidKeys: ['n'] });
    expect((await strict.store.load(id ?? '')).data).toEqual({ n: 'one', name: 'Grace' });
    await strict.visit((session) => session.set('n', 1), { cookie });
    expect((await strict.store.load(id ?? '')).data).toEqual({ n: 1, name: 'Grace' });
  });

  it('report several live sessions under one name, none of which is used', async () => {
    const site = openSite({
      cookie: { name: '__Secure-sid', domain: 'shop.example' },
      origin: 'https://shop.example',
    });
    const ids = [createSessionId(), createSessionId()];
    for (const id of ids) await site.store.save(id, { n: 1 }, {});
    const cookie = ids.map((id) => `__Secure-sid=${id}`).join('; ');
    const { setCookies } = await site.visit((session) => expect(session.get('n')).toBeUndefined(), {
      cookie,
    });
    expect(site.events.at(-1)).toMatchObject({ outcome: 'none', reason: 'ambiguous-cookie' });
    // All but the configured one are cleared, so the next request has its session again.
    expect(setCookies.length).toBeGreaterThan(0);
    for (const cleared of setCookies) expect(cleared).toMatch(/^__Secure-sid=; Max-Age=0/);
  });
});
