import { assertJsonValue, type JsonValue } from '@store/core';
import type { DataTracker, ValueUpdate } from './data-changes.ts';
import type { SchemaCheck } from './schema-check.ts';
import type { Session } from './session.ts';
import type { SessionAccess } from './session-access.ts';

/** The session's methods for lasting values. @param data The tracker in force; `invalidate` puts another in its place. */
export function createValues(
  data: () => DataTracker,
  { reading, writing, changed }: SessionAccess,
  schema: SchemaCheck,
): Pick<Session, 'get' | 'set' | 'has' | 'delete' | 'all' | 'update'> {
  const all = () => Object.fromEntries([...data().keys()].map((key) => [key, data().get(key) as JsonValue]));
  const check = (key: string, value: unknown): JsonValue => {
    assertJsonValue(value, `data.${key}`);
    schema.assert(all, key, value);
    return value;
  };

  return {
    get(key) {
      reading();
      return data().get(key);
    },
    set(key, value) {
      writing();
      changed(data().set(key, check(key, value)));
    },
    has(key) {
      reading();
      return data().has(key);
    },
    delete(key) {
      writing();
      changed(data().delete(key));
    },
    all() {
      reading();
      return Object.freeze(all());
    },
    update(key, change) {
      writing();
      data().update(key, (current) => check(key, (change as ValueUpdate)(current)));
      changed();
    },
  };
}
