/** How the peers are set up, and what that means for the figures. */
export const settings =
  'Every library as its guide sets it up, express-session with `resave` and `saveUninitialized` off. So a `read` writes in ' +
  'express-session’s stores (it touches the session at each request), sends the cookie again in @fastify/session, and does neither ' +
  'in @store/session until a tenth of the idle timeout has gone. Garbage collection too is as each library has it: ' +
  '@store/session after 2 of 100 responses, better-sqlite3-session-store and session-file-store by timers that do not fire ' +
  'in so short a run, the others never. The memory stores keep sessions in the process: express-session’s as JSON text, ' +
  '@fastify/session’s as the very objects, copied and encoded by nobody. @store/session on node:http stands ' +
  'next to Fastify’s plugins, each measured against its own bare framework.';
