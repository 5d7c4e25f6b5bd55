import type { ResolvedTimeouts, SessionSummary } from '@store/core';

/** One signed-in browser of a person. */
export interface Device {
  handle: string;
  /** Such as "Firefox on Linux", with a number where a person has several of the name. */
  name: string;
  /** Epoch milliseconds, as all times here. */
  signedInAt: number;
  /** Its last request; `undefined` when the session is too near its absolute end to tell. */
  lastSeenAt: number | undefined;
  /** Whether this is the one that asks. */
  isThis: boolean;
}

/** @param own the handle of the session that asks */
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

/** The store keeps no such time. But each request starts the idle period again, unless the absolute end comes first. */
function lastRequest({ createdAt, expiresAt }: SessionSummary, timeouts: ResolvedTimeouts) {
  const { idleTimeout, absoluteTimeout } = timeouts;
  const isCapped = absoluteTimeout !== false && expiresAt >= createdAt + absoluteTimeout * 1000;
  return isCapped ? undefined : expiresAt - idleTimeout * 1000;
}

/** In the order of signing in, so that a device has the same number on all of them. */
function numbered(device: Device, all: readonly Device[]): string {
  const alike = all
    .filter(({ name }) => name === device.name)
    .sort((a, b) => a.signedInAt - b.signedInAt || (a.handle < b.handle ? -1 : 1));
  return alike.length === 1 ? device.name : `${device.name} (${alike.indexOf(device) + 1})`;
}
