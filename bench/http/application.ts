import type { Server } from 'node:http';
import type { Awaitable } from '@store/core';

/**
 * A server to measure. It answers `/fill/<n>` by filling a new session with the content of number n, and to whoever comes
 * back with that session's cookie: `/read` with one value, the e-mail address; `/rw` with the number of page views, which it
 * counts; `/views` with that number. A bare framework answers the same without any session.
 */
export interface Application {
  /** As it is printed, with the version for a package of others. */
  name: string;
  /** The file that exports it in `applications`, for the process that runs it. */
  module: string;
  /** Makes the server, not listening yet, with its files in an empty directory. */
  start(directory: string): Awaitable<Server>;
  /** Its name in `applications`, when the same one is measured more than once. @default `name` */
  exportedAs?: string;
  /** Another checkout, whose built `@store/*` packages its process imports. @default this one, from `src` */
  checkout?: string;
}

/** Applications on one framework, whose cost per request without sessions is taken off. */
export interface Framework {
  title: string;
  bare: Application;
  /** The bare one once more: what it differs by is noise. */
  control?: Application;
  applications: Application[];
}

/** Whom one of ours stands against. */
export interface Match {
  ours: Application;
  peer: Application;
}

/** What the handlers do with a session, in the words of one library. */
export interface SessionUse<Request> {
  fill(request: Request, content: ShopContent): void;
  email(request: Request): string;
  /** Counts a page view. @returns how many there are now */
  count(request: Request): number;
  views(request: Request): number;
}

/** What is kept in a session: the workload's data and flash, side by side as most libraries keep them. */
export interface ShopContent {
  user: { id: number; name: string; email: string; roles: string[] };
  locale: string;
  theme: string;
  csrf: string;
  cart: { sku: string; title: string; quantity: number; price: number }[];
  visited: string[];
  views: number;
  flash: { notice: string };
}
