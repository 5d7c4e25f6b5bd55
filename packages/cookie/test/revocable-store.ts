import type { SessionStore } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { startSession } from '../src/index.ts';
import { breakableStorage } from './breakable-ledger.ts';
import { fakeClock } from './fake-clock.ts';

export const password = 'a password of at least 32 characters';

/** A cookie store, its ledger, and the clock that both use. */
export async function startRevocable(
  options: Partial<Parameters<typeof startSession>[0]> = {},
  ledgerIdle = 7200,
) {
  const clock = fakeClock();
  const memory = breakableStorage();
  const revocations = createRecordStore(memory.storage, { idleTimeout: ledgerIdle, now: clock.now });
  const store = await startSession({ password, cache: false, revocations, now: clock.now, ...options });
  return { ...clock, ...memory, revocations, store };
}

/** What the session layer does at the end of a request: seals the loaded session again with the version it was loaded with. */
export async function sealAgain(store: SessionStore, cookie: string) {
  const { id, data, flash, createdAt, subject, version, family } = await store.load(cookie);
  return (newId = id) =>
    store.cookieValue(newId, data, flash, {
      createdAt: createdAt as number,
      version: version as number,
      family: family as string,
      ...(subject !== undefined && { subject }),
    });
}

/** Whether a cookie opens as a session. */
export const opens = async (store: SessionStore, cookie: string) => (await store.load(cookie)).exists;
