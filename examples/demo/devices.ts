import type { ResolvedTimeouts, SessionSummary } from '@store/core';

/** A browser in which the user is signed in. */
export interface Device {
  handle: string;
  /** Such as "Firefox on Linux", with a number if a person has several devices with that name. */
  name: string;
  /** Epoch milliseconds, like all times here. */
  signedInAt: number;
  /** The time of its last request; `undefined` when the session is too close to its absolute timeout to tell. */
  lastSeenAt: number | undefined;
  /** Whether the request comes from this device. */
  isThis: boolean;
}

/** @param own the handle of the requesting session */
export function devicesFrom(
  sessions: readonly SessionSummary[],
  own: string,
  timeouts: ResolvedTimeouts,
): Device[] {
  const devices = sessions.map((session) => ({
    handle: session.handle,
    name: String(session.data.device ?? 'Unknown browser'),
    signedInAt: Number(session.data.signedInAt ?? session.createdAt),
    lastSeenAt: lastRequest(session, timeouts),
    isThis: session.handle === own,
  }));
  return devices.map((device) => ({ ...device, name: numbered(device, devices) }));
}

/** The store does not record this time. It follows from the expiry, because each request restarts the idle timeout. */
function lastRequest({ createdAt, expiresAt }: SessionSummary, timeouts: ResolvedTimeouts) {
  const { idleTimeout, absoluteTimeout } = timeouts;
  const isCapped = absoluteTimeout !== false && expiresAt >= createdAt + absoluteTimeout * 1000;
  return isCapped ? undefined : expiresAt - idleTimeout * 1000;
}

/** Numbers devices in the order of signing in, so that each has the same number on every device. */
function numbered(device: Device, all: readonly Device[]): string {
  const alike = all
    .filter(({ name }) => name === device.name)
    .sort((a, b) => a.signedInAt - b.signedInAt || (a.handle < b.handle ? -1 : 1));
  return alike.length === 1 ? device.name : `${device.name} (${alike.indexOf(device) + 1})`;
}
