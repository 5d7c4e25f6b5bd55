import type { SessionContent, SessionData } from '../contract/session-content.ts';
import { StoreError } from './errors.ts';

/** The format written. A format is readable one minor before it is written. */
const format = 1;

/**
 * Turns checked content into a payload: one line of JSON, `{"v":1,"data":{…},"flash":{…}}`.
 *
 * JSON text escapes control characters and lone surrogates, so it holds no NUL and no line break, and any text column
 * can keep it.
 */
export function encodePayload({ data, flash }: SessionContent): string {
  return `{"v":${format},"data":${JSON.stringify(data)},"flash":${JSON.stringify(flash)}}`;
}

/**
 * Reads a payload of this or an older format. `undefined` when it is not one: garbage is "no session", never an exception.
 *
 * @throws {StoreError} `INCOMPATIBLE` when a newer version of core wrote it.
 */
export function decodePayload(payload: string): SessionContent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  const { v, data, flash } = parsed;
  if (Number.isInteger(v) && (v as number) > format) {
    throw new StoreError(
      'INCOMPATIBLE',
      `[@store/core] This session has payload format ${v}, and this version of @store/core reads up to ${format}. ` +
        'Finish the deploy of the newer version, or bring this process up to it.',
    );
  }
  if (v !== format || !isObject(data) || !isObject(flash)) return undefined;
  return { data: data as SessionData, flash: flash as SessionData };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
