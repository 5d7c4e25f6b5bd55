import type { SessionRecord } from '../contract/drivers.ts';
import type { SessionEntry, SessionSummary } from '../contract/session-store.ts';
import { callBackend, isStoreError, unsupported } from '../errors.ts';
import { assertSubject } from '../options/options.ts';
import { type Backend, nextTurn } from './backend.ts';
import { type LiveSession, openRecord } from './load.ts';

const pageSize = 500;

/** The live sessions of a subject, newest first. */
export async function list(backend: Backend, subject: string): Promise<SessionSummary[]> {
  const { storage, name } = backend;
  assertSubject(subject);
  if (!storage.listBySubject) throw unsupported(name, 'list', 'its backend does not store subjects');
  const now = backend.timeouts.now();
  const found = await callBackend(
    name,
    'list the sessions of a subject',
    () => storage.listBySubject?.(subject) ?? [],
  );
  const summaries: SessionSummary[] = [];
  for (const record of found) {
    const session = openOrReport(backend, record, now);
    if (session) summaries.push(summaryOf(session));
  }
  return summaries.sort((a, b) => b.createdAt - a.createdAt);
}

/** The number of live, readable sessions: those that {@link entries} yields. */
export async function count(backend: Backend): Promise<number> {
  let live = 0;
  for await (const page of readPages(backend, 'count')) {
    const now = backend.timeouts.now();
    for (const record of page) if (openOrReport(backend, record, now)) live++;
  }
  return live;
}

/** Every live session, page by page. */
export async function* entries(backend: Backend): AsyncGenerator<SessionEntry, void> {
  for await (const page of readPages(backend, 'entries')) {
    const now = backend.timeouts.now();
    for (const record of page) {
      const session = openOrReport(backend, record, now);
      if (!session) continue;
      const { subject } = session.record;
      yield { ...summaryOf(session), ...(subject !== null && { subject }) };
    }
  }
}

/** Every record of the storage, page by page. Yields to the event loop between pages. */
export async function* readPages(backend: Backend, method: string): AsyncGenerator<SessionRecord[], void> {
  const { storage, name } = backend;
  if (!storage.scan) throw unsupported(name, method, 'its backend cannot list its records');
  let after: string | undefined;
  for (;;) {
    const page = await callBackend(name, 'read sessions', () => storage.scan?.(after, pageSize) ?? []);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.key;
    await nextTurn();
  }
}

/** The session in a record; if it is unreadable or was written by a newer version, it is reported and left out. */
function openOrReport(backend: Backend, record: SessionRecord, now: number): LiveSession | undefined {
  try {
    const session = openRecord(backend, record, now);
    return session === 'moved' ? undefined : session;
  } catch (error) {
    if (!isStoreError(error, 'INCOMPATIBLE')) throw error;
    backend.report({
      type: 'unreadable-session',
      reason: 'a newer version of @store/core wrote the session',
    });
    return undefined;
  }
}

function summaryOf({ record, content, expiresAt }: LiveSession): SessionSummary {
  const { key, createdAt } = record;
  return {
    handle: key,
    createdAt,
    expiresAt,
    data: content.data,
  };
}
