// Their @types packages would add `session` to every request of Express, in the whole workspace.
declare module 'cookie-session' {
  import type { RequestHandler } from 'express';

  export default function cookieSession(options: { keys: string[] }): RequestHandler;
}

declare module 'express-session' {
  import type { RequestHandler } from 'express';

  type Answer<T> = (error?: unknown, result?: T | null) => void;

  export interface Session {
    cookie: { originalMaxAge: number; maxAge: number; expires: Date; httpOnly: boolean; path: string };
  }
  export interface Store<Content extends Session> {
    get(id: string, callback: Answer<Content>): void;
    set(id: string, session: Content, callback: Answer<void>): void;
    destroy(id: string, callback: Answer<void>): void;
    touch?(id: string, session: Content, callback: Answer<void>): void;
  }
  export interface Options {
    secret: string;
    resave: boolean;
    saveUninitialized: boolean;
    store?: Store<Session>;
  }
  const session: ((options: Options) => RequestHandler) & { Store: new () => Store<Session> };
  export default session;
}

declare module 'better-sqlite3-session-store' {
  import type { Database } from 'better-sqlite3';
  import type expressSession from 'express-session';
  import type { Session, Store } from 'express-session';

  interface SqliteStore<Content extends Session> extends Store<Content> {
    startInterval(): void;
    clearExpiredSessions(): void;
  }
  export default function createStoreClass(session: typeof expressSession): (new <
    Content extends Session,
  >(options: {
    client: Database;
  }) => SqliteStore<Content>) & {
    prototype: SqliteStore<Session>;
  };
}

declare module 'express-session-better-sqlite3' {
  import type { Database } from 'better-sqlite3';
  import type expressSession from 'express-session';
  import type { Session, Store } from 'express-session';

  export default function createStoreClass(
    session: typeof expressSession,
    database: Database,
  ): new <Content extends Session>() => Store<Content>;
}

declare module 'connect-pg-simple' {
  import type expressSession from 'express-session';
  import type { Session, Store } from 'express-session';
  import type { Pool } from 'pg';

  interface PgStore<Content extends Session> extends Store<Content> {
    pruneSessions(done: (error?: unknown) => void): void;
    close(): Promise<void>;
  }
  export default function createStoreClass(
    session: typeof expressSession,
  ): new <Content extends Session>(options: {
    pool: Pool;
    pruneSessionInterval: false;
  }) => PgStore<Content>;
}

declare module 'session-file-store' {
  import type expressSession from 'express-session';
  import type { Session, Store } from 'express-session';

  export interface Options {
    path: string;
    ttl?: number;
    retries?: number;
    reapInterval?: number;
    logFn(): void;
  }
  interface FileStore<Content extends Session> extends Store<Content> {
    options: Options;
  }
  export default function createStoreClass(
    session: typeof expressSession,
  ): new <Content extends Session>(
    options: Options,
  ) => FileStore<Content>;
}

declare module 'session-file-store/lib/session-file-helpers.js' {
  import type { Options } from 'session-file-store';

  const helpers: { reap(options: Options, done: (error?: unknown) => void): void };
  export default helpers;
}
