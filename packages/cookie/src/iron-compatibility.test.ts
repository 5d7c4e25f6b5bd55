import { type CookieSession, createSessionId } from '@store/core';
import { defaults, seal, unseal } from 'iron-webcrypto';
import { afterEach, describe, expect, it } from 'vitest';
import { hideSynchronousCrypto, sealings } from '../test/sealings.ts';
import { deriveKeys } from './derive-keys.ts';
import { startSession } from './start-session.ts';

const password = 'a password of at least 32 characters';
const id = createSessionId();
const data = { user: 'Ada', ключ: '☕ \ud83d\ude00', list: [1, null, { deep: true }] };

describe.each(sealings)('a seal on the %s path', (path) => {
  let restore = () => {};
  const start = async (purpose?: string) => {
    if (path === 'portable') restore = hideSynchronousCrypto();
    return startSession({ password, cache: false, ...(purpose !== undefined && { purpose }) });
  };
  afterEach(() => restore());

  it('is opened by iron-webcrypto with the derived keys', async () => {
    const store = await start();
    const value = await store.cookieValue(id, data, { notice: 'Saved' }, { subject: 'ada', idleTimeout: 60 });
    const keys = await deriveKeys(password);
    const content = (await unseal(value, { [keys.id]: keys }, defaults)) as CookieSession;
    expect(content).toEqual({
      purpose: 'session',
      id,
      subject: 'ada',
      createdAt: content.createdAt,
      expiresAt: content.createdAt + 60_000,
      idleTimeout: 60,
      data,
      flash: { notice: 'Saved' },
    });
  });

  it('also expires in iron-webcrypto', async () => {
    const store = await start();
    const value = await store.cookieValue(id, {}, {}, { idleTimeout: 60 });
    const keys = await deriveKeys(password);
    const later = (seconds: number) => ({ ...defaults, localtimeOffsetMsec: seconds * 1000 });
    await unseal(value, { [keys.id]: keys }, later(59 + defaults.timestampSkewSec));
    await expect(unseal(value, { [keys.id]: keys }, later(61 + defaults.timestampSkewSec))).rejects.toThrow(
      'Expired',
    );
  });

  it('opens if iron-webcrypto made it with the derived keys', async () => {
    const store = await start('checkout');
    const keys = await deriveKeys(password, 'checkout');
    const createdAt = Date.now() - 1000;
    const content = { purpose: 'checkout', id, createdAt, expiresAt: createdAt + 60_000, data, flash: {} };
    for (const ttl of [0, 59_000]) {
      const value = await seal({ ...content, subject: 'ada' }, keys, { ...defaults, ttl });
      expect(await store.load(value)).toEqual({
        id,
        family: id,
        exists: true,
        data,
        flash: {},
        createdAt,
        expiresAt: createdAt + 60_000,
        subject: 'ada',
      });
    }
  });

  it("made by iron-webcrypto ends at the seal's expiry, without a minute of grace", async () => {
    const store = await start();
    const keys = await deriveKeys(password);
    const content = { purpose: 'session', id, createdAt: Date.now(), expiresAt: 9e12, data, flash: {} };
    const lasting = { ...defaults, ttl: 60_000 };
    expect((await store.load(await seal(content, keys, lasting))).exists).toBe(true);
    const ended = { ...lasting, localtimeOffsetMsec: -60_001 };
    expect((await store.load(await seal(content, keys, ended))).exists).toBe(false);
  });

  it('does not load if iron-webcrypto made it with the password itself and salts', async () => {
    const store = await start();
    const content = {
      purpose: 'session',
      id,
      createdAt: Date.now(),
      expiresAt: Date.now() + 1e6,
      data,
      flash: {},
    };
    const { id: keyId } = await deriveKeys(password);
    for (const secret of [password, { id: keyId, secret: password }]) {
      expect((await store.load(await seal(content, secret, defaults))).exists).toBe(false);
    }
  });

  it.each([
    ['no purpose', { purpose: undefined }],
    ['another purpose', { purpose: 'other' }],
    ['no id', { id: 'short' }],
    ['no time', { createdAt: 'today' }],
    ['an expiry in the past', { expiresAt: 1 }],
    ['no content', { data: [] }],
    ['no flash', { flash: null }],
  ])('does not load if it was made with the right keys and %s', async (_, wrong) => {
    const store = await start();
    const keys = await deriveKeys(password);
    const content = {
      purpose: 'session',
      id,
      createdAt: Date.now(),
      expiresAt: Date.now() + 1e6,
      data,
      flash: {},
    };
    expect((await store.load(await seal(content, keys, defaults))).exists).toBe(true);
    expect((await store.load(await seal({ ...content, ...wrong }, keys, defaults))).exists).toBe(false);
    expect(
      (await store.load(await seal('text', keys, { ...defaults, encode: () => 'not JSON' }))).exists,
    ).toBe(false);
  });

  it('in a newer format is rejected, so that a rolling deploy does not log anyone out', async () => {
    const store = await start();
    const keys = await deriveKeys(password);
    const value = await seal({ v: 2, purpose: 'session', anything: 'else' }, keys, defaults);
    await expect(store.load(value)).rejects.toMatchObject({ code: 'INCOMPATIBLE' });
  });
});
