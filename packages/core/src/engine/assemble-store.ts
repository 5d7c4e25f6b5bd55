import { forgetStore } from '../cache/global-store.ts';
import { brandStore } from '../cache/store-brand.ts';
import type { SessionStore } from '../contract/session-store.ts';
import type { Report } from '../rules/report.ts';
import type { CallBackend } from './backend-call.ts';
import { createWorkInFlight } from './work-in-flight.ts';

type Described = 'kind' | 'name' | 'timeouts' | 'close';

/** A store's methods before they are guarded against use after `close()`. */
export type StoreMethods = Omit<SessionStore, Described>;

/** What each kind of store hands over to become a {@link SessionStore}. */
export interface StoreParts extends Pick<SessionStore, Exclude<Described, 'close'>> {
  report: Report;
  callBackend: CallBackend;
  methods: StoreMethods;
  /** The driver's own `close`, if it has one. */
  close: (() => void | PromiseLike<void>) | undefined;
}

/** Makes the store that users hold: opaque, frozen, branded, and with a `close()` that waits for work in flight. */
export function assembleStore({
  kind,
  name,
  timeouts,
  report,
  callBackend,
  methods,
  close,
}: StoreParts): SessionStore {
  const work = createWorkInFlight(name);
  const store: SessionStore = {
    kind,
    name,
    timeouts,
    load: (id) => work.run(() => methods.load(id)),
    save: (id, data, flash, options) => work.run(() => methods.save(id, data, flash, options)),
    update: (id, change, options) => work.run(() => methods.update(id, change, options)),
    touch: (id, options) => work.run(() => methods.touch(id, options)),
    destroy: (id) => work.run(() => methods.destroy(id)),
    gc: () => work.run(() => methods.gc()),
    cookieValue: (id, data, flash, options) => work.run(() => methods.cookieValue(id, data, flash, options)),
    list: (subject) => work.run(() => methods.list(subject)),
    destroyAll: (subject, options) => work.run(() => methods.destroyAll(subject, options)),
    close: () => {
      forgetStore(store);
      return work.close(async () => {
        if (close) await callBackend('close', close);
      });
    },
  };
  return brandStore(store, report);
}
