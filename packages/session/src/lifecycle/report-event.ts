import { isStoreError, type StoreErrorCode } from '@store/core';
import type { OnSessionEvent, SessionEvent } from './session-event.ts';

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}
interface DiagnosticsChannel {
  channel(name: string): Channel;
}

// Looked up, never imported, so that /fetch loads where there is no Node.
const channel = (
  globalThis as { process?: { getBuiltinModule?(id: string): DiagnosticsChannel | undefined } }
).process
  ?.getBuiltinModule?.('node:diagnostics_channel')
  ?.channel('@store/session');

/** Tells whoever listens; the event is made only for them. */
export type ReportEvent = (describe: () => SessionEvent) => void;

/** Sends events to the diagnostics channel and to `onEvent`; neither can fail a request. */
export function createReport(onEvent: OnSessionEvent | undefined): ReportEvent {
  return (describe) => {
    const isWatched = channel?.hasSubscribers;
    if (!isWatched && !onEvent) return;
    const event = describe();
    if (isWatched) channel?.publish(event);
    try {
      onEvent?.(event);
    } catch {
      // Reporting never fails a request.
    }
  };
}

/** The code under which an error is counted. */
export function errorCode(error: unknown): StoreErrorCode | 'UNKNOWN' {
  return isStoreError(error) ? error.code : 'UNKNOWN';
}
