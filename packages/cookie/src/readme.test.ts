import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionId, uncacheStore } from '@store/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startWithBoth } from '../test/examples/new-password.ts';
import { contentOf } from '../test/examples/open-elsewhere.ts';
import { startRevocable } from '../test/examples/revocations.ts';
import { generatePassword, startSession } from './index.ts';

afterEach(() => {
  uncacheStore();
  vi.unstubAllEnvs();
});

describe('the README', () => {
  it('counts visits in the cookie', async () => {
    vi.stubEnv('SESSION_PASSWORD', generatePassword());
    const { default: site } = await import('../test/examples/visits.ts');
    const first = await site.fetch(new Request('https://shop.example/'));
    expect(await first.text()).toBe('Visit 1');
    const cookie = first.headers.get('Set-Cookie')?.split(';')[0] ?? '';
    expect(cookie).toMatch(/^__Host-session=Fe26\.2/);
    const second = await site.fetch(new Request('https://shop.example/', { headers: { cookie } }));
    expect(await second.text()).toBe('Visit 2');
  });

  it('ends sessions through a ledger in SQLite, even in another process that shares it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-cookie-'));
    const [database, password] = [join(directory, 'ended.db'), generatePassword()];
    const here = await startRevocable(database, password);
    const there = await startRevocable(database, password);
    const ids = Array.from({ length: 3 }, createSessionId) as [string, string, string];
    const cookies = await Promise.all(
      ids.map((id) => here.store.cookieValue(id, {}, {}, { subject: 'ada' })),
    );
    const alive = () => Promise.all(cookies.map(async (cookie) => (await there.store.load(cookie)).exists));
    await here.store.destroy(ids[0]);
    expect(await alive()).toEqual([false, true, true]);
    await here.store.destroyAll('ada', { except: ids[1] });
    expect(await alive()).toEqual([false, true, false]);
    for (const { store, revocations } of [here, there]) {
      await store.close();
      await revocations.close();
    }
    await rm(directory, { recursive: true });
  });

  it('changes the password, and lets another program open a cookie', async () => {
    const [next, old] = [generatePassword(), generatePassword()];
    const cookie = await (await startSession({ password: old })).cookieValue(createSessionId(), { a: 1 }, {});
    expect(await (await startWithBoth(next, old)).load(cookie)).toMatchObject({
      data: { a: 1 },
      renew: true,
    });
    expect(await contentOf(cookie, old)).toMatchObject({ purpose: 'session', data: { a: 1 } });
  });
});
