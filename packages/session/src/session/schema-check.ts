import { type JsonValue, type SessionData, StoreError } from '@store/core';
import { invalidOption } from '@store/core/driver';
import type { SchemaIssue, SessionSchema } from './standard-schema.ts';

/** Judges session data by the application's schema, one key at a time, since a session is filled one key at a time. */
export interface SchemaCheck {
  /** The keys of stored data whose values do not fit. */
  misfits(data: SessionData): string[];
  /** @throws {StoreError} `INVALID_VALUE` when `value` does not fit under `key`. */
  assert(data: () => SessionData, key: string, value: JsonValue): void;
}

/**
 * A check that looks only at keys that are present: a required key that is not set yet is no fault, and a rule over the
 * session as a whole (an issue without a path) is not enforced. The schema judges; what it returns is not stored.
 *
 * @throws {StoreError} `INVALID_OPTION` when the schema is not a Standard Schema v1, or answers with a promise.
 */
export function createSchemaCheck(schema: SessionSchema | undefined): SchemaCheck {
  if (schema === undefined) return { misfits: () => [], assert() {} };
  const standard = schema?.['~standard'];
  if (typeof standard?.validate !== 'function' || standard.version !== 1) {
    throw invalidOption('@store/session', 'schema', 'a Standard Schema v1', schema);
  }
  const issuesOf = (data: SessionData): readonly SchemaIssue[] => {
    const result = standard.validate(data);
    if ('then' in result) {
      throw invalidOption('@store/session', 'schema', 'a schema that validates synchronously', result);
    }
    return result.issues ?? [];
  };

  return {
    misfits(data) {
      if (Object.keys(data).length === 0) return [];
      const keys = new Set(issuesOf(structuredClone(data)).map(keyOf));
      return Object.keys(data).filter((key) => keys.has(key));
    },
    assert(data, key, value) {
      const candidate = Object.fromEntries([...Object.entries(data()), [key, value]]);
      const issue = issuesOf(candidate).find((found) => keyOf(found) === key);
      if (!issue) return;
      throw new StoreError(
        'INVALID_VALUE',
        `[@store/session] data.${key} does not fit the schema: ${issue.message}`,
      );
    },
  };
}

function keyOf({ path }: SchemaIssue): string | undefined {
  const first = path?.[0];
  if (first === undefined) return undefined;
  return String(typeof first === 'object' ? first.key : first);
}
