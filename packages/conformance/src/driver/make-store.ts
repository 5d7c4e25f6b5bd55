import {
  type CookieStoreDriver,
  createCookieStore,
  createStore,
  isSessionStore,
  type SessionStore,
  type StartOptions,
  type StoreDriver,
} from '@store/core';
import { createRecordStore, type RecordStorage } from '@store/core/driver';
import type { Driver, DriverKind } from './driver-module.ts';

/** Makes a store from the result of `start`. */
export function makeStore(driver: Driver, kind: DriverKind, options: StartOptions): SessionStore {
  if (isSessionStore(driver)) return driver;
  const { cache: _, ...storeOptions } = { ...options, name: 'driver' };
  switch (kind) {
    case 'records':
      return createRecordStore(driver as RecordStorage, storeOptions);
    case 'functions':
      return createStore(driver as StoreDriver, storeOptions);
    case 'cookie':
      return createCookieStore(driver as CookieStoreDriver, storeOptions);
  }
}
