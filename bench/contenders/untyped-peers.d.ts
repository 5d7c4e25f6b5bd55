// The @types packages for these would add `session` to every Express request throughout the workspace.
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

// These ship no types.
declare module 'better-sqlite3-session-store';
declare module 'express-session-better-sqlite3';
declare module 'session-file-store/lib/session-file-helpers.js';
// Its types would declare `request.session` for the entire program.
declare module '@fastify/secure-session' {
  const plugin: import('fastify').FastifyPluginCallback<{ key: Buffer; cookie?: object }>;
  export default plugin;
}
