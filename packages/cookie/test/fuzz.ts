import { createSessionId, type SessionStore } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { startSession } from '../src/index.ts';
import { fakeClock } from './fake-clock.ts';
import { createForger, seededRandom } from './mutate-seal.ts';

const secrets = ['first', 'second', 'third'].map((word) => `the ${word} password, of over 32 characters`);
const named = secrets.map((secret, index) => ({ id: `v${index}`, secret }));

/** Genuine cookies of many kinds, sealed with three passwords, and the store that opens all of them. */
export async function genuineCookies(): Promise<{ store: SessionStore; cookies: string[] }> {
  const stores = await Promise.all(
    [secrets, named].flatMap((passwords) =>
      passwords.map((password) => startSession({ password: [password], cache: false })),
    ),
  );
  const cookies = await Promise.all(
    stores.flatMap((store) =>
      [0, 1, 15, 16, 17, 300].map((length) =>
        store.cookieValue(createSessionId(), { text: 'x'.repeat(length) }, {}, { subject: 'ada' }),
      ),
    ),
  );
  return { store: await startSession({ password: named, cache: false }), cookies };
}

/** Loads forgeries from a store. @throws when one opens, with the seed that reproduces it. */
export async function fuzz(runs: number, seed: number): Promise<void> {
  const { store, cookies } = await genuineCookies();
  for (const cookie of cookies) {
    if (!(await store.load(cookie)).exists) throw new Error('A genuine cookie does not open.');
  }
  const forge = createForger(cookies, seededRandom(seed));
  for (let run = 0; run < runs; run++) {
    const forged = forge();
    if ((await store.load(forged)).exists) throw new Error(`A forgery opened: run ${run} of seed ${seed}.`);
  }
}

/** Loads genuine cookies that must not open: issued for another purpose, expired, or revoked. @throws when one opens. */
export async function replay(sessions: number): Promise<void> {
  const clock = fakeClock(Date.now());
  const revocations = createRecordStore(memoryStorage(), { now: clock.now });
  const options = { password: secrets, cache: false, now: clock.now };
  const store = await startSession({ ...options, revocations });
  const other = await startSession({ ...options, purpose: 'another', revocations });
  const refuse = async (where: SessionStore, cookies: string[], when: string) => {
    for (const cookie of cookies) {
      if ((await where.load(cookie)).exists) throw new Error(`A cookie opened ${when}.`);
    }
  };
  const ids = Array.from({ length: sessions }, createSessionId);
  const seal = (subject: string) =>
    Promise.all(ids.map((id) => store.cookieValue(id, { id }, {}, { subject })));
  const cookies = await seal('ada');
  for (const cookie of cookies) {
    if (!(await store.load(cookie)).exists) throw new Error('A genuine cookie does not open.');
  }
  await refuse(other, cookies, 'for another purpose');
  for (const id of ids) await store.destroy(id);
  await refuse(store, cookies, 'after it was revoked');
  await store.destroyAll('eve');
  ids.splice(0, ids.length, ...ids.map(() => createSessionId()));
  const late = await seal('eve');
  clock.advance(7200);
  await refuse(store, late, 'after it expired');
}
