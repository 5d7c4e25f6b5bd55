import type { Awaitable, SessionStore, StartOptions } from '@store/core';

/** One value of a stored session, under the backend's name for it. */
export interface HeldField {
  name: string;
  value: string | number | null;
  /** How to show it. `time`: epoch milliseconds. `json`: JSON text. @default 'text' */
  kind?: 'text' | 'time' | 'json';
}

/** What a backend holds for one session, read from the backend itself. */
export interface HeldSession {
  fields: readonly HeldField[];
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** Where sessions live, and a way to read them without going through the store. */
export interface Backend {
  /** Such as `SQLite`. */
  label: string;
  /** Where the backend keeps a session, such as `table sessions`. */
  place: string;
  store: SessionStore;
  /** Reads the record for a session cookie's value; `undefined` when no record exists. Changes nothing. */
  look(cookieValue: string): Awaitable<HeldSession | undefined>;
  close(): Promise<void>;
}

export interface BackendOptions extends StartOptions {
  /** An existing directory, for backends that keep files. */
  directory: string;
}

export type OpenBackend = (options: BackendOptions) => Promise<Backend>;
