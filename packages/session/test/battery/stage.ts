import assert from 'node:assert/strict';
import type { StoredSession } from '@store/core';
import type { SessionEvent, SessionOptions } from '../../src/index.ts';
import { createPlainCookieStore } from '../memory-store.ts';
import { createActs, createGates, type Gates } from './acts.ts';
import { type Answer, type Browser, Client } from './client.ts';
import type { Framework, Running, Variant } from './framework.ts';
import { createRecordedStore, type RecordedStore } from './recorded-store.ts';
import { within } from './within.ts';

export interface StageOptions {
  variant?: Partial<Variant>;
  /** Session options other than the store. */
  options?: SessionOptions;
  /** Where sessions are kept. @default 'server' */
  store?: 'server' | 'cookie';
}

/** A new application on a new store, and everything that a row may inspect. */
export interface Stage extends Omit<RecordedStore, 'store'> {
  gates: Gates;
  events: SessionEvent[];
  inject: Running['inject'];
  browser(): Browser;
  /** A browser that has signed in; the sign-in is not recorded in `calls` and `events`. */
  signedIn(user?: string): Promise<Browser>;
  /** Empties `calls` and `events`. */
  forget(): void;
  /** Resolves once a matching event has been reported. */
  happened(isIt: (event: SessionEvent) => boolean, what: string): Promise<void>;
  /** What is stored in a browser's session. */
  stored(browser: Browser): Promise<StoredSession>;
  /** Whether the framework lacks something, as listed in its `without`. */
  lacks(need: string): boolean;
  /** From now on, the application's error handler responds with this status. */
  respondToErrorsWith(status: number): void;
  /** How many times the error handler has changed the session. */
  recovered(): number;
  /** Checks that the application's error handler responded, where the framework has error handlers. */
  assertHandled(answer: Answer, status: number): void;
}

/** Starts the application, runs the row, and always stops the application. */
export async function onStage<T>(
  framework: Framework,
  { variant, options, store: kind = 'server' }: StageOptions,
  isRemote: boolean,
  run: (stage: Stage) => Promise<T>,
): Promise<T> {
  const { store: serverStore, ...behind } = createRecordedStore(isRemote);
  const store = kind === 'cookie' ? createPlainCookieStore().store : serverStore;
  const gates = createGates();
  const events: SessionEvent[] = [];
  const watchers = new Set<() => void>();
  const onEvent = (event: SessionEvent) => {
    events.push(event);
    for (const watcher of [...watchers]) watcher();
  };
  const complete = { mounts: 1, handlesErrors: true, isBare: false, ...variant };
  const acts = createActs(store, gates);
  const running = await framework.start({ store, gcProbability: 0, onEvent, ...options }, acts, complete);
  const client = new Client(running.port);
  const lacks = (need: string) => framework.without?.[need] !== undefined;
  const forget = () => {
    behind.calls.length = 0;
    events.length = 0;
  };
  const stage: Stage = {
    ...behind,
    gates,
    events,
    inject: running.inject,
    browser: () => client.browser(),
    async signedIn(user = 'ada') {
      const browser = client.browser();
      const { status } = await browser.visit(`/sign-in/${user}`, { method: 'POST' });
      assert.equal(status, 303, 'Signing in works');
      await browser.visit('/me');
      forget();
      return browser;
    },
    forget,
    happened(isIt, what) {
      const happening = new Promise<void>((resolve) => {
        const check = () => {
          if (!events.some(isIt)) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      });
      return within(happening, what);
    },
    stored: (browser) => behind.look(browser.session() ?? 'none'.padEnd(43, '-')),
    lacks,
    respondToErrorsWith(status) {
      acts.errorStatus = status;
    },
    recovered: () => acts.recovered,
    assertHandled(answer, status) {
      assert.equal(answer.status, status);
      if (complete.handlesErrors && !lacks('error handlers')) assert.equal(answer.body, `handled ${status}`);
    },
  };
  try {
    return await run(stage);
  } finally {
    gates.slow.open();
    gates.stream.open();
    client.close();
    await within(running.close(), 'the application stops');
  }
}
