import { getSession, type Session } from '@store/session/express';
import type { Request } from 'express';
import type { Ending } from './endings.ts';

/** How many of each product, by product id. */
export type Cart = Record<string, number>;

/** What this application keeps in a session. */
export interface DemoSession {
  /** Who signed in. */
  name: string;
  /** Which browser it was, such as "Firefox on Linux". */
  device: string;
  /** Epoch milliseconds. The session may be older: it keeps its beginning through a login. */
  signedInAt: number;
  cart: Cart;
}

/** What one request leaves for the next. Old form values and errors travel with it. */
export interface DemoFlash {
  notice: Notice;
  /** How the session ended that the last form came for. */
  ending: Ending;
}

export interface Notice {
  tone: 'good' | 'bad';
  text: string;
}

export function sessionOf(request: Request): Session<DemoSession, DemoFlash> {
  return getSession<DemoSession, DemoFlash>(request);
}
