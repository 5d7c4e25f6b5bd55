import type { PlainPayload } from '../contract/drivers.ts';
import type { JsonValue, SessionContent, SessionData } from '../contract/stored-session.ts';
import { StoreError } from '../errors.ts';

/** The format that this version writes. Releases must be able to read a new format one minor version before any release writes it. */
const format = 1;

/** What a payload holds: the content, and a setting for the session's cookie. */
export interface PayloadContent extends SessionContent {
  expireOnClose?: boolean;
  /** Fields that only a later version knows about. Every write keeps them, so that nothing is lost in a rolling deploy. */
  unknownFields?: SessionData;
}

/**
 * The first and last characters of a payload that holds only content, and may therefore be replaced without being read. A later
 * version must add its fields before or after these, never in between.
 */
export const plainPayload: PlainPayload = { start: '{"data":', end: `,"v":${format}}` };

/**
 * Turns checked content into a payload: one line of JSON, `{"data":{…},"flash":{…},"v":1}`. All other fields come first, so that an
 * unknown field can never override a known one.
 *
 * JSON escapes control characters and lone surrogates, so the text contains no NUL and no line break, and any text column
 * can store it.
 */
export function encodePayload({ data, flash, expireOnClose, unknownFields }: PayloadContent): string {
  const content = `"data":${JSON.stringify(data)},"flash":${JSON.stringify(flash)}${plainPayload.end}`;
  if (expireOnClose === undefined && unknownFields === undefined) return `{${content}`;
  const more = JSON.stringify({ ...unknownFields, ...(expireOnClose !== undefined && { expireOnClose }) });
  return more === '{}' ? `{${content}` : `${more.slice(0, -1)},${content}`;
}

const emptyPayloads = [undefined, true, false].map((expireOnClose) =>
  encodePayload({ data: {}, flash: {}, ...(expireOnClose !== undefined && { expireOnClose }) }),
);

/** Whether a payload holds nothing that makes its session worth keeping. */
export function isEmptyPayload(payload: string): boolean {
  return emptyPayloads.includes(payload);
}

/**
 * Decodes a payload. Returns `undefined` for any other text: damaged data is a missing session, never an exception.
 *
 * @throws {StoreError} `INCOMPATIBLE` when a newer version of core wrote it.
 */
export function decodePayload(payload: string): PayloadContent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return undefined;
  }
  // Only an object can have a `v`.
  const v = (parsed as { v?: unknown } | null)?.v;
  if (v !== format) {
    if (Number.isInteger(v) && (v as number) > format) throw newerFormat(v as number);
    return undefined;
  }
  const fields = parsed as SessionData;
  const { data, flash, expireOnClose } = fields;
  if (!isObject(data) || !isObject(flash)) return undefined;
  const content: PayloadContent = { data, flash };
  if (typeof expireOnClose === 'boolean') content.expireOnClose = expireOnClose;
  for (const name in fields) {
    if (name === 'v' || name === 'data' || name === 'flash' || name === 'expireOnClose') continue;
    // Without a prototype, so that `__proto__` is an ordinary field.
    content.unknownFields ??= Object.create(null) as SessionData;
    content.unknownFields[name] = fields[name] as JsonValue;
  }
  return content;
}

function newerFormat(found: number): StoreError {
  return new StoreError(
    'INCOMPATIBLE',
    `[@store/core] This session has payload format ${found}, and this version of @store/core reads formats up to ${format}. ` +
      'Finish deploying the newer version, or upgrade this process.',
  );
}

let pool = new Uint32Array(0);
let nextInPool = 0;

/**
 * A new record version: 53 random bits rather than a counter, so that two writers that start from the same version never create
 * the same next version, even if the record was removed and created again.
 */
export function createRecordVersion(): number {
  // Generating many numbers per call costs little more than generating one.
  if (nextInPool === pool.length) {
    pool = crypto.getRandomValues(new Uint32Array(512));
    nextInPool = 0;
  }
  const high = (pool[nextInPool++] as number) >>> 11;
  const low = pool[nextInPool++] as number;
  return high * 2 ** 32 + low;
}

/** The default of `maxBytes`. */
export const defaultMaxBytes = 1_048_576;

/**
 * @throws {StoreError} `TOO_LARGE` with the names and sizes of the largest keys, when the payload has more bytes of UTF-8
 * than allowed.
 */
export function assertPayloadFits(
  store: string,
  payload: string,
  maxBytes: number,
  content: SessionContent,
): void {
  // A UTF-16 code unit needs at most three bytes.
  if (payload.length * 3 <= maxBytes) return;
  const size = byteLength(payload);
  if (size <= maxBytes) return;
  throw new StoreError(
    'TOO_LARGE',
    `[${store}] The session's payload has ${size} bytes, and maxBytes is ${maxBytes}. ` +
      `Store less, such as ids instead of objects. Largest keys: ${largestKeys(content)}.`,
  );
}

/** The three largest keys, found in one pass so that half a million keys do not block the process for seconds. */
function largestKeys({ data, flash }: SessionContent): string {
  const largest: { name: string; bytes: number }[] = [];
  for (const [part, values] of Object.entries({ data, flash })) {
    for (const key of Object.keys(values)) {
      const text = JSON.stringify(values[key]);
      const least = largest[2]?.bytes ?? 0;
      if (text.length * 3 <= least) continue;
      const bytes = byteLength(text);
      if (bytes <= least) continue;
      largest.push({ name: `${part}.${key.slice(0, 50)}`, bytes });
      largest.sort((a, b) => b.bytes - a.bytes).splice(3);
    }
  }
  return largest.map(({ name, bytes }) => `${name} (${bytes} bytes)`).join(', ');
}

const utf8 = new TextEncoder();

function byteLength(text: string): number {
  return utf8.encode(text).length;
}

/** Whether a value has the shape of a session's content. The values themselves are not checked. */
export function isSessionContent(value: unknown): value is SessionContent {
  return isObject(value) && isObject(value.data) && isObject(value.flash);
}

function isObject(value: unknown): value is SessionData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
