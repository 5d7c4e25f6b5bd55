import type { OnStoreEvent, StoreEvent } from '../contract/store-event.ts';

/** Tells `onEvent` something; what the listener throws is ignored. */
export type Report = (event: Omit<StoreEvent, 'store'>) => void;

/** Binds a listener to the store's name, for drivers with events of their own. */
export function createReport(store: string, onEvent: OnStoreEvent | undefined): Report {
  return (event) => {
    try {
      onEvent?.({ store, ...event });
    } catch {
      // Reporting never fails a request.
    }
  };
}
