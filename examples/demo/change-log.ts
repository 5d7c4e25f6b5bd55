import type { Request, RequestHandler } from 'express';
import type { Backend, HeldSession } from './backends/backend.ts';
import { diffRecords, type FieldChange } from './record-diff.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { cookieAfter, cookieOf, keyOf, type SentCookie } from './session-cookie.ts';

/** The last form that a browser sent, and what it changed in the record. */
export interface RecordChange {
  request: LoggedRequest;
  changes: readonly FieldChange[];
}

export interface ChangeLog {
  /** Reads the record before and after each form. */
  middleware: RequestHandler;
  /** What this browser's last form changed in its record; `undefined` when this process has seen none. */
  latestOf(request: Request): Promise<RecordChange | undefined>;
}

/** Remembers what each browser's last form changed. */
export function createChangeLog(backend: Backend, log: RequestLog, { size = 1000 } = {}): ChangeLog {
  // Promises, because the page after a form may be requested before the record has been read again.
  const latest = new Map<string, Promise<RecordChange | undefined>>();

  async function look(cookie: SentCookie | undefined): Promise<HeldSession | undefined> {
    try {
      return cookie && (await backend.look(cookie.value));
    } catch {
      // The session middleware already reports that the backend cannot be read.
      return undefined;
    }
  }

  async function compare(request: Request, before: HeldSession | undefined, cookie: SentCookie) {
    const logged = log.entryOf(request);
    const after = await look(cookie);
    return logged && { request: logged, changes: diffRecords(before, after) };
  }

  function remember(key: string, change: Promise<RecordChange | undefined> | undefined): void {
    if (!change) return;
    latest.delete(key);
    latest.set(key, change);
    const [oldest] = latest.keys();
    if (latest.size > size && oldest !== undefined) latest.delete(oldest);
  }

  return {
    async middleware(request, response, next) {
      const cookie = cookieOf(request);
      const isForm = request.method === 'POST';
      const before = isForm ? await look(cookie) : undefined;
      response.once('finish', () => {
        const after = cookieAfter(request, response);
        if (!after) return;
        // A sealed cookie changes with every request, so move the change to the new one.
        const known = cookie && latest.get(keyOf(cookie));
        // A record that cannot be compared, such as one with a damaged payload, is not shown.
        remember(keyOf(after), isForm ? compare(request, before, after).catch(() => undefined) : known);
      });
      next();
    },
    async latestOf(request) {
      const cookie = cookieOf(request);
      return cookie && latest.get(keyOf(cookie));
    },
  };
}
