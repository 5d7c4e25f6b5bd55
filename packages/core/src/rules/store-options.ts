import type { OnStoreEvent } from '../contract/store-event.ts';
import type { Timeouts } from './timeouts.ts';

/** What every store can be made with. */
export interface StoreOptions extends Timeouts {
  /** Receives what is worth counting; see `StoreEvent`. */
  onEvent?: OnStoreEvent;
  /** The store's name in messages and events: the driver's package. @default '@store/core' */
  name?: string;
}

/** The options every driver's `startSession()` takes besides its own. */
export interface StartOptions extends Timeouts {
  /** Receives what is worth counting; see `StoreEvent`. */
  onEvent?: OnStoreEvent;
  /** Whether the store becomes the cached one, which `load`, `save` and the middlewares use. @default true */
  cache?: boolean;
}
