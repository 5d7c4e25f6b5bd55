import type { SessionStore } from '../contract/session-store.ts';
import type { DriverSession, StoreDriver } from '../contract/store-driver.ts';
import { assertFunctions } from '../rules/driver-functions.ts';
import { assertSessionContent } from '../rules/json-value.ts';
import { createReport } from '../rules/report.ts';
import { assertSaveOptions } from '../rules/save-options.ts';
import { assertSessionId, isSessionId } from '../rules/session-id.ts';
import type { StoreOptions } from '../rules/store-options.ts';
import { resolveTimeouts } from '../rules/timeouts.ts';
import { assembleStore } from './assemble-store.ts';
import { createCallBackend } from './backend-call.ts';
import { copyContent, isSessionContent } from './driver-content.ts';
import { singleFlight } from './garbage-collection.ts';
import { createSessionTurns } from './session-turns.ts';
import { assertBase, missingSession, storedSession } from './stored-session.ts';
import { unsupported } from './unsupported.ts';

const required = ['load', 'save', 'destroy', 'gc'] as const;

/**
 * Makes a session store from the seed's four functions (seed: `new`): the quickest way to a store of one's own.
 *
 * Within this process no update is lost and no destroyed session comes back; across processes nothing is promised.
 * Expiry is the driver's own. `list` and `destroyAll` are `UNSUPPORTED`. For more write a `RecordStorage`.
 *
 * @param driver `load`, `save`, `destroy`, `gc` and perhaps `close`, synchronous or asynchronous.
 * @param options Timeouts in seconds, for cookies and for drivers that expire by them; `onEvent`; `name`.
 * @throws {StoreError} `INVALID_OPTION` when a function is missing or a timeout cannot be right.
 * @example
 * const sessions = new Map();
 * const store = createStore({
 *   load: (id) => sessions.get(id),
 *   save: (id, data, flash) => void sessions.set(id, { data, flash }),
 *   destroy: (id) => void sessions.delete(id),
 *   gc() {},
 * });
 */
export function createStore(driver: StoreDriver, options: StoreOptions = {}): SessionStore {
  const { name = '@store/core', onEvent } = options;
  assertFunctions(name, 'driver', driver, required);
  const timeouts = resolveTimeouts(name, options);
  const report = createReport(name, onEvent);
  const callBackend = createCallBackend(name);
  const inTurn = createSessionTurns();

  /** The driver's session, copied so that neither side can change the other's; `undefined` when missing. */
  async function read(id: string): Promise<DriverSession | undefined> {
    const found = await callBackend('read a session', () => driver.load(id));
    if (found === undefined || found === null) return undefined;
    if (!isSessionContent(found)) {
      report({ type: 'unreadable-session', reason: 'the driver answered something that is no session' });
      return undefined;
    }
    // The seed answers empty dicts for a missing session.
    if (Object.keys(found.data).length === 0 && Object.keys(found.flash).length === 0) return undefined;
    return { ...found, ...copyContent(found) };
  }

  async function write(id: string, { data, flash, subject, idleTimeout }: DriverSession): Promise<void> {
    const copy = copyContent({ data, flash });
    const kept = {
      ...(subject !== undefined && { subject }),
      ...(idleTimeout !== undefined && { idleTimeout }),
    };
    await callBackend('write a session', () => driver.save(id, copy.data, copy.flash, kept));
  }

  return assembleStore({
    kind: 'server',
    name,
    timeouts,
    report,
    callBackend,
    methods: {
      async load(id) {
        const found = isSessionId(id) ? await read(id) : undefined;
        return found ? storedSession(id, found, found) : missingSession(id);
      },
      async save(id, data, flash, saveOptions = {}) {
        assertSessionId(id);
        assertSaveOptions(name, saveOptions);
        assertSessionContent({ data, flash });
        const content = copyContent({ data, flash });
        await inTurn(id, async () => write(id, { ...(await keptBy(id)), ...saveOptions, ...content }));
      },
      async update(id, change, { base, newId, ...saveOptions } = {}) {
        assertBase(name, id, base);
        assertSaveOptions(name, saveOptions);
        if (newId !== undefined) assertSessionId(newId);
        if (!isSessionId(id)) return false;
        return inTurn(id, async () => {
          const found = await read(id);
          if (!found) return false;
          const changed = change({ data: found.data, flash: found.flash });
          assertSessionContent(changed);
          await write(newId ?? id, { ...found, ...saveOptions, ...changed });
          if (newId !== undefined && newId !== id)
            await callBackend('remove a session', () => driver.destroy(id));
          return true;
        });
      },
      async touch(id, { base } = {}) {
        assertBase(name, id, base);
        if (!isSessionId(id)) return false;
        return inTurn(id, async () => {
          const found = await read(id);
          if (found) await write(id, found);
          return found !== undefined;
        });
      },
      async destroy(id) {
        if (!isSessionId(id)) return;
        await inTurn(id, async () => callBackend('remove a session', () => driver.destroy(id)));
      },
      gc: singleFlight(async () => (await callBackend('remove expired sessions', () => driver.gc())) ?? 0),
      async cookieValue(id) {
        assertSessionId(id);
        return id;
      },
      async list() {
        throw unsupported(name, 'list', 'a driver of four functions keeps no subjects');
      },
      async destroyAll() {
        throw unsupported(name, 'destroyAll', 'a driver of four functions keeps no subjects');
      },
    },
    close: driver.close && (() => driver.close?.()),
  });

  /** What a driver keeps besides content stays when the content is replaced. */
  async function keptBy(id: string): Promise<Omit<DriverSession, 'data' | 'flash'>> {
    const { data: _data, flash: _flash, ...kept } = (await read(id)) ?? { data: {}, flash: {} };
    return kept;
  }
}
