import type { DriverSession, StoreDriver } from '../contract/drivers.ts';
import type { SaveOptions, SessionChange, SessionStore, UpdateOptions } from '../contract/session-store.ts';
import { missingSession, type SessionContent, storedSession } from '../contract/stored-session.ts';
import { callBackend, newIdIsTaken, sessionMoved, unsupported } from '../errors.ts';
import { assertSessionContent } from '../format/json-value.ts';
import { assertPayloadFits, defaultMaxBytes, encodePayload, isSessionContent } from '../format/payload.ts';
import { assertSessionId, isSessionId } from '../format/session-id.ts';
import {
  assertMethodOptions,
  assertSaveOptions,
  changesSubject,
  resolveStoreOptions,
  type StoreOptions,
} from '../options/options.ts';
import { createReport } from '../report.ts';
import { assembleStore } from './assemble-store.ts';
import { RecentIds } from './recent-ids.ts';

const required = ['load', 'save', 'destroy', 'gc'] as const;

/**
 * Makes a session store from four functions: the quickest way to build a custom store.
 *
 * Within this process no update is lost, no destroyed session comes back, and a logout holds even if the session moves. Across
 * processes nothing is guaranteed. The driver handles expiry. `list`, `destroyAll`, `count`, `entries` and `clear` are
 * `UNSUPPORTED`. If you need more, implement a `RecordStorage`.
 *
 * @param driver `load`, `save`, `destroy`, `gc` and optionally `close`, synchronous or asynchronous.
 * @param options Timeouts in seconds, used for cookies and by drivers that use them for expiry; `maxBytes`; `onEvent`; `name`.
 * @throws {StoreError} `INVALID_OPTION` when a function is missing, or an option is unknown or invalid.
 * @example
 * import { createSessionId, createStore, type SessionContent } from '@store/core';
 * const sessions = new Map<string, SessionContent>();
 * const store = createStore({
 *   load: (id) => sessions.get(id),
 *   save: (id, data, flash) => void sessions.set(id, { data, flash }),
 *   destroy: (id) => void sessions.delete(id),
 *   gc() {},
 * });
 * await store.create(createSessionId(), { cart: [] }, {}); // true
 */
export function createStore(driver: StoreDriver, options: StoreOptions = {}): SessionStore {
  const { name, timeouts } = resolveStoreOptions(options, 'driver', driver, required);
  const { maxBytes = defaultMaxBytes, onEvent } = options;
  const report = createReport(name, onEvent);
  const inTurn = createSessionTurns();
  // A plain driver cannot store marks.
  const moves = new RecentIds();
  const { now } = timeouts;

  /** The driver's session, copied so that neither side can change the other's objects; `undefined` if missing. */
  async function read(id: string): Promise<DriverSession | undefined> {
    const found = await callBackend(name, 'read a session', () => driver.load(id));
    if (found === undefined || found === null) return undefined;
    if (!isSessionContent(found)) {
      report({ type: 'unreadable-session', reason: 'the driver returned something that is not a session' });
      return undefined;
    }
    // A driver may return empty data and flash for a missing session.
    if (isEmpty(found)) return undefined;
    return { ...found, ...copyContent(found) };
  }

  /** Copies the content and checks its size. */
  function copyToStore(content: SessionContent): SessionContent {
    assertSessionContent(content);
    const { data, flash } = content;
    const payload = encodePayload({ data, flash });
    assertPayloadFits(name, payload, maxBytes, content);
    return copyContent(content);
  }

  async function write(id: string, session: DriverSession): Promise<void> {
    const { data, flash } = copyToStore(session);
    await callBackend(name, 'write a session', () => driver.save(id, data, flash, given(session)));
  }

  /** The fields that the driver stores in addition to the content; replacing the content keeps them. */
  async function keptBy(id: string): Promise<Omit<DriverSession, 'data' | 'flash'>> {
    const { data: _data, flash: _flash, ...kept } = (await read(id)) ?? { data: {}, flash: {} };
    return kept;
  }

  async function remove(id: string): Promise<void> {
    await callBackend(name, 'remove a session', () => driver.destroy(id));
  }

  /** Runs one update. The caller already holds the session's turn. */
  async function updateOne(
    id: string,
    change: SessionChange,
    { newId = id, endWhenEmpty, ...options }: UpdateOptions,
  ): Promise<boolean> {
    if (moves.find(id, now()) !== undefined) return false;
    let found = await read(id);
    if (!found) return false;
    // A login over another subject's session keeps nothing from it.
    if (newId !== id && changesSubject(found.subject, options.subject)) found = { data: {}, flash: {} };
    const content = copyToStore(change({ data: found.data, flash: found.flash }));
    if (
      newId === id &&
      endWhenEmpty &&
      isEmpty(content) &&
      (options.subject ?? found.subject) === undefined
    ) {
      await remove(id);
      return true;
    }
    if (newId !== id && (moves.find(newId, now()) !== undefined || (await read(newId))))
      throw newIdIsTaken(name);
    await write(newId, { ...found, ...given(options), ...content });
    if (newId === id) return true;
    moves.note(id, newId, now());
    await remove(id);
    return true;
  }

  const none = (method: string) =>
    unsupported(name, method, 'a driver made of four functions cannot list sessions');

  return assembleStore({
    kind: 'server',
    name,
    timeouts,
    report,
    methods: {
      endsSessions: true,
      endsBySubject: false,
      planMove() {},
      async load(id) {
        if (!isSessionId(id)) return missingSession(id);
        if (moves.find(id, now()) !== undefined) return { ...missingSession(id), moved: true };
        const found = await read(id);
        return found ? storedSession(id, found) : missingSession(id);
      },
      async save(id, data, flash, saveOptions = {}) {
        assertSessionId(id);
        assertSaveOptions(name, 'save', saveOptions);
        const content = copyToStore({ data, flash });
        await inTurn(id, async () => {
          if (moves.find(id, now()) !== undefined) throw sessionMoved(name);
          await write(id, { ...(await keptBy(id)), ...given(saveOptions), ...content });
        });
      },
      async create(id, data, flash, saveOptions = {}) {
        assertSessionId(id);
        assertSaveOptions(name, 'create', saveOptions);
        const content = copyToStore({ data, flash });
        return inTurn(id, async () => {
          if (moves.find(id, now()) !== undefined || (await read(id))) return false;
          await write(id, { ...saveOptions, ...content });
          return true;
        });
      },
      async update(id, change, updateOptions = {}) {
        assertSaveOptions(name, 'update', updateOptions, id);
        if (updateOptions.newId !== undefined) assertSessionId(updateOptions.newId);
        if (!isSessionId(id)) return false;
        return inTurn(id, () => updateOne(id, change, updateOptions));
      },
      async touch(id, touchOptions = {}) {
        assertMethodOptions(name, 'touch', touchOptions, id);
        if (!isSessionId(id)) return false;
        return inTurn(id, async () => {
          const found = moves.find(id, now()) === undefined ? await read(id) : undefined;
          if (found) await write(id, found);
          return found !== undefined;
        });
      },
      async destroy(id) {
        if (!isSessionId(id)) return;
        for (let at: string | undefined = id; at !== undefined; ) {
          const current: string = at;
          await inTurn(current, () => remove(current));
          at = moves.find(current, now());
        }
      },
      gc: async () => (await callBackend(name, 'remove expired sessions', () => driver.gc())) ?? 0,
      cookieValue(id) {
        assertSessionId(id);
        return id;
      },
      async list() {
        throw none('list');
      },
      async destroyAll() {
        throw none('destroyAll');
      },
      async count() {
        throw none('count');
      },
      // biome-ignore lint/correctness/useYield: a generator, so that it rejects when it is iterated
      async *entries() {
        throw none('entries');
      },
      async clear() {
        throw none('clear');
      },
    },
    close: driver.close?.bind(driver),
  });
}

/**
 * Serializes the work on each session within this process: a plain driver can only load and save, so no other write may happen
 * in between.
 */
function createSessionTurns(): <T>(id: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();

  return (id, work) => {
    const turn = (last.get(id) ?? Promise.resolve()).then(work, work);
    last.set(id, turn);
    const forget = () => {
      if (last.get(id) === turn) last.delete(id);
    };
    turn.then(forget, forget);
    return turn;
  };
}

/** The options without those that are `undefined`, which are treated as omitted. */
function given({ subject, idleTimeout, expireOnClose }: SaveOptions): SaveOptions {
  return {
    ...(subject !== undefined && { subject }),
    ...(idleTimeout !== undefined && { idleTimeout }),
    ...(expireOnClose !== undefined && { expireOnClose }),
  };
}

function isEmpty({ data, flash }: SessionContent): boolean {
  return Object.keys(data).length === 0 && Object.keys(flash).length === 0;
}

/** A deep copy: a plain driver may keep the objects it gets, and the application may change its objects later. */
function copyContent({ data, flash }: SessionContent): SessionContent {
  return JSON.parse(JSON.stringify({ data, flash })) as SessionContent;
}
