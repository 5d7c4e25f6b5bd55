import { type JsonValue, type SessionData, StoreError } from '@store/core';
import { invalidOption } from '@store/core/driver';
import { setOwn } from './json.ts';

/**
 * The part of Standard Schema v1 (https://standardschema.dev) that a session uses, so that Zod, Valibot, ArkType and others work
 * without a dependency.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { openSession, type SessionSchema } from '@store/session';
 * import { z } from 'zod';
 *
 * await startSession();
 * const schema: SessionSchema<{ visits: number }> = z.object({ visits: z.number().min(0) });
 * const { session } = await openSession('', { schema });
 * session.set('visits', 1); // -1 would throw INVALID_VALUE
 */
export interface SessionSchema<Data = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
    readonly types?: { readonly input: Data; readonly output: Data } | undefined;
  };
}

/**
 * What a schema returns. If there are no issues, the value is valid.
 *
 * @example
 * import type { SchemaResult, SessionSchema } from '@store/session';
 *
 * const validate = (data: unknown): SchemaResult =>
 *   String((data as { name?: string }).name).length < 50
 *     ? {}
 *     : { issues: [{ message: 'is too long', path: ['name'] }] };
 * const schema: SessionSchema<{ name: string }> = { '~standard': { version: 1, vendor: 'shop', validate } };
 */
export interface SchemaResult {
  readonly issues?: readonly SchemaIssue[] | undefined;
}

/**
 * Why a value does not fit. The first key of `path` is the session's key.
 *
 * @example
 * import type { SchemaIssue } from '@store/session';
 *
 * const tooLong = (key: string): SchemaIssue => ({ message: 'is too long', path: [key] });
 */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * Validates session data against the application's schema one key at a time, because a session is filled one key at a time: a
 * required key that is not set yet is not an error, and a rule across several keys (an issue without a path) is not enforced. The
 * schema only validates; its output is not stored.
 */
export class SchemaCheck {
  readonly #validate: SessionSchema['~standard']['validate'];

  /** @throws {StoreError} `INVALID_OPTION` when the schema is not a Standard Schema v1. */
  constructor(schema: SessionSchema) {
    const standard = schema?.['~standard'];
    if (typeof standard?.validate !== 'function' || standard.version !== 1) {
      throw invalidOption('@store/session', 'schema', 'a Standard Schema v1', schema);
    }
    this.#validate = standard.validate;
  }

  /** The keys of stored data whose values do not fit. */
  invalidKeys(data: SessionData): string[] {
    if (Object.keys(data).length === 0) return [];
    const keys = new Set(this.#issues(structuredClone(data)).map(keyOf));
    return Object.keys(data).filter((key) => keys.has(key));
  }

  /** Checks a single value, without the rest of the session. @throws {StoreError} `INVALID_VALUE` when it does not fit under `key`. */
  assert(key: string, value: JsonValue): void {
    const alone: SessionData = {};
    setOwn(alone, key, value);
    const issue = this.#issues(alone).find((found) => keyOf(found) === key);
    if (!issue) return;
    throw new StoreError(
      'INVALID_VALUE',
      `[@store/session] data.${key} does not fit the schema: ${issue.message}`,
    );
  }

  #issues(data: SessionData): readonly SchemaIssue[] {
    const result = this.#validate(data);
    if ('then' in result) {
      throw invalidOption('@store/session', 'schema', 'a schema that validates synchronously', result);
    }
    return result.issues ?? [];
  }
}

function keyOf({ path }: SchemaIssue): string | undefined {
  const first = path?.[0];
  if (first === undefined) return undefined;
  return String(typeof first === 'object' ? first.key : first);
}
