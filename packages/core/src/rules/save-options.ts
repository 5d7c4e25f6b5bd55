import type { SaveOptions } from '../contract/session-store.ts';
import { assertSubject } from './subject.ts';
import { assertSeconds } from './timeouts.ts';

/** @throws {StoreError} `INVALID_VALUE` for the subject, `INVALID_OPTION` for the idle timeout. */
export function assertSaveOptions(store: string, { subject, idleTimeout }: SaveOptions): void {
  if (subject !== undefined) assertSubject(subject);
  if (idleTimeout !== undefined) assertSeconds(store, 'idleTimeout', idleTimeout);
}
