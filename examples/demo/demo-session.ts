import { getSession, type Session } from '@store/session/express';
import type { Request } from 'express';
import type { Ending } from './endings.ts';

/** How many of each product, by product id. */
export type Cart = Record<string, number>;

/** What this application keeps in a session. */
export interface DemoSession {
  /** The name that was used to sign in. */
  name: string;
  /** The browser, such as "Firefox on Linux". */
  device: string;
  /** Epoch milliseconds. The session may be older: signing in does not change when it began. */
  signedInAt: number;
  cart: Cart;
}

/** Messages from one request to the next. Old form values and errors are passed on in the same way. */
export interface DemoFlash {
  notice: Notice;
  /** How the session behind the last form ended. */
  ending: Ending;
}

export interface Notice {
  tone: 'good' | 'bad';
  text: string;
}

export function sessionOf(request: Request): Session<DemoSession, DemoFlash> {
  return getSession<DemoSession, DemoFlash>(request);
}
