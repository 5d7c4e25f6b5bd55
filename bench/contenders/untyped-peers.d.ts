// The @types packages of these would add `session` to every request of Express, in the whole workspace.
declare module 'connect-pg-simple';
declare module 'cookie-session';
declare module 'session-file-store';
declare module 'express-session' {
  type Callback<T> = (error?: unknown, result?: T | null) => void;
  export type Session = { cookie: object };
  export interface Store<Content extends Session> {
    get(id: string, callback: Callback<Content>): void;
    set(id: string, session: Content, callback: Callback<void>): void;
    destroy(id: string, callback: Callback<void>): void;
    touch?(id: string, session: Content, callback: Callback<void>): void;
  }
  export default function session(options: object): import('express').RequestHandler;
}

// These have no types.
declare module 'better-sqlite3-session-store';
declare module 'express-session-better-sqlite3';
declare module 'session-file-store/lib/session-file-helpers.js';
// Its types would declare `request.session` for the whole program.
declare module '@fastify/secure-session' {
  const plugin: import('fastify').FastifyPluginCallback<{ key: Buffer; cookie?: object }>;
  export default plugin;
}
