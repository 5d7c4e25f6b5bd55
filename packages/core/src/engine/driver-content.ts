import type { SessionContent } from '../contract/session-content.ts';

/** A deep copy of checked content: a plain driver may keep what it is given, and the application may go on changing it. */
export function copyContent({ data, flash }: SessionContent): SessionContent {
  return JSON.parse(JSON.stringify({ data, flash })) as SessionContent;
}

/** Whether a driver's answer has the shape of a session. Its values are the driver's business. */
export function isSessionContent(value: unknown): value is SessionContent {
  return isObject(value) && isObject(value.data) && isObject(value.flash);
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
