import type { Awaitable, SessionStore, StartOptions } from '@store/core';

/** One value of a stored session, under the name that the backend has for it. */
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

/** Where sessions live, and a way to look at them there without going through the store. */
export interface Backend {
  /** Such as `SQLite`. */
  label: string;
  /** Where in it a session is, such as `table sessions`. */
  place: string;
  store: SessionStore;
  /** Reads what is there for the session cookie's value; `undefined` when nothing is. Changes nothing. */
  look(cookieValue: string): Awaitable<HeldSession | undefined>;
  close(): Promise<void>;
}

export interface BackendOptions extends StartOptions {
  /** A directory that exists, for backends that keep files. */
  directory: string;
}

export type OpenBackend = (options: BackendOptions) => Promise<Backend>;
