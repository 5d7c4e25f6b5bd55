// Its types would declare `request.session` for the whole program.
declare module 'express-session' {
  import type { RequestHandler } from 'express';

  export default function session(options: object): RequestHandler;
}

// Express 4 under another name, used like Express 5.
declare module 'express4' {
  import express from 'express';

  export default express;
}
