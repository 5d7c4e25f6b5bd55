import { type CookieSession, createSessionId, type StoreEvent } from '@store/core';
import { createRecordStore, sessionKey } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { defaults, seal, unseal } from 'iron-webcrypto';
import { deriveKeys, generatePassword, startSession } from '../src/index.ts';
import { fakeClock } from './fake-clock.ts';
import { fuzz, replay } from './fuzz.ts';

/** The password for the cookies that runtimes exchange. */
export const sharedPassword = 'a password that every runtime knows, over 32 characters';
/** The content of those cookies. */
export const sharedData = { user: 'Ada', text: 'ünïcödë ☕ \ud83d\ude00', list: [1, null, { deep: true }] };

const password = 'a password of at least 32 characters';
const base = { password, cache: false };

function expect(truth: unknown, promise: string): void {
  if (!truth) throw new Error(`Broken promise: ${promise}`);
}

/** The promises that this package must keep on every runtime, by name. */
export const promises: Record<string, () => Promise<void>> = {
  async 'a sealed session comes back unchanged'() {
    const id = createSessionId();
    const store = await startSession(base);
    const data = JSON.parse(String.raw`{"__proto__":{"a":1},"":[],"\ud800":"lone","t":"\u0000"}`);
    const options = { subject: 'ada', idleTimeout: 60 };
    const stored = await store.load(await store.cookieValue(id, data, { notice: 'Hi' }, options));
    expect(stored.exists && stored.id === id && stored.subject === 'ada', 'a session is found');
    expect(JSON.stringify(stored.data) === JSON.stringify(data), 'its data is unchanged');
    expect(stored.flash.notice === 'Hi' && stored.idleTimeout === 60, 'with flash and timeout');
  },
  async 'iron-webcrypto opens what we seal, and we open what it seals'() {
    const id = createSessionId();
    const store = await startSession(base);
    const keys = await deriveKeys(password);
    const ours = await unseal(await store.cookieValue(id, sharedData, {}), { [keys.id]: keys }, defaults);
    expect(JSON.stringify((ours as CookieSession).data) === JSON.stringify(sharedData), 'Iron opens ours');
    const content = {
      purpose: 'session',
      id,
      createdAt: Date.now(),
      expiresAt: 9e12,
      data: sharedData,
      flash: {},
    };
    const theirs = await store.load(await seal(content, keys, { ...defaults, ttl: 1e6 }));
    expect(JSON.stringify(theirs.data) === JSON.stringify(sharedData), 'we open what Iron seals');
  },
  async 'timeouts hold to the millisecond'() {
    const clock = fakeClock();
    const store = await startSession({ ...base, now: clock.now, idleTimeout: 60, absoluteTimeout: 100 });
    const first = await store.cookieValue(createSessionId(), {}, {});
    clock.advance(59.999);
    const { id, exists, createdAt } = await store.load(first);
    expect(exists, 'a session lives until its idle timeout');
    const second = await store.cookieValue(id, {}, {}, { createdAt: createdAt as number });
    clock.advance(0.001);
    expect(!(await store.load(first)).exists, 'and ends with it');
    clock.advance(39.999);
    expect((await store.load(second)).exists, 'sealing again extends it');
    clock.advance(0.001);
    expect(!(await store.load(second)).exists, 'up to the absolute timeout');
  },
  async 'an old password opens, asks for a new seal, and retires'() {
    const clock = fakeClock();
    const events: StoreEvent[] = [];
    const [old, current] = [generatePassword(), generatePassword()];
    const cookie = await (await startSession({ ...base, now: clock.now, password: old })).cookieValue(
      createSessionId(),
      {},
      {},
    );
    const store = await startSession({
      ...base,
      now: clock.now,
      password: [current, { secret: old, retireAfter: new Date(clock.now() + 1000) }],
      onEvent: (event) => events.push(event),
    });
    const { exists, renew } = await store.load(cookie);
    expect(exists && renew && events[0]?.type === 'old-password', 'the old password is used and reported');
    clock.advance(1);
    expect(!(await store.load(cookie)).exists, 'until it retires');
  },
  async 'revocations end sealed sessions'() {
    const revocations = createRecordStore(memoryStorage());
    const store = await startSession({ ...base, revocations });
    const ids = [createSessionId(), createSessionId(), createSessionId(), createSessionId()] as const;
    const cookies = await Promise.all(ids.map((id) => store.cookieValue(id, {}, {}, { subject: 'ada' })));
    const alive = async () => {
      const stored = await Promise.all(cookies.map((cookie) => store.load(cookie)));
      return stored.map(({ exists }) => (exists ? 1 : 0)).join('');
    };
    await store.destroy(ids[0]);
    expect((await alive()) === '0111', 'destroy ends one');
    await store.destroyAll('ada', { only: sessionKey(ids[1]) });
    expect((await alive()) === '0011', 'a handle ends one');
    await store.destroyAll('ada', { except: ids[2] });
    expect((await alive()) === '0010', 'destroyAll ends all but one');
    expect((await store.cookieValue(ids[3], {}, {}, { subject: 'ada', version: 0 })) === '', 'permanently');
  },
  'forgeries never open': () => fuzz(2000, 20_261_122),
  'replayed cookies never open': () => replay(50),
};

/** Checks every promise. @returns their names. @throws with the name of the first broken one. */
export async function keepPromises(): Promise<string[]> {
  for (const [name, keep] of Object.entries(promises)) {
    try {
      await keep();
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.stack : cause}`, { cause });
    }
  }
  return Object.keys(promises);
}
