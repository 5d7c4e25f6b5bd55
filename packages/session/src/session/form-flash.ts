import { assertJsonValue, type JsonValue, type SessionData } from '@store/core';
import { type ImmutableJson, setOwn } from './json.ts';

const secretWords = new Set(['password', 'passwd', 'secret', 'token', 'card', 'cvc', 'cvv', 'pin']);

/** Whether a field's name contains a secret word: `newPassword`, `card[number]`, `api_token2`; not `discard` or `shipping`. */
export function isSecretField(name: string): boolean {
  return name
    .replace(/(\p{Ll})(\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$3 $2')
    .split(/[^\p{L}]+/u)
    .some((word) => secretWords.has(word.toLowerCase()));
}

/** The same value without secret fields, at any depth. */
function withoutSecretFields(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecretFields);
  const kept: SessionData = {};
  for (const [name, inner] of Object.entries(value))
    if (!isSecretField(name)) setOwn(kept, name, withoutSecretFields(inner));
  return kept;
}

/** The flash values that refill a form: `old.<field>` for each field, without secrets. */
export function* oldValues(values: {
  readonly [field: string]: ImmutableJson | undefined;
}): Generator<[key: string, value: JsonValue]> {
  for (const [field, value] of Object.entries(values)) {
    if (value === undefined || isSecretField(field)) continue;
    assertJsonValue(value, `flash.old.${field}`);
    yield [`old.${field}`, withoutSecretFields(value)];
  }
}

/** The flash values that explain what is wrong with a form: `errors.<field>`, a string when there is only one message. */
export function* errorMessages(errors: {
  readonly [field: string]: string | readonly string[] | undefined;
}): Generator<[key: string, value: string | readonly string[]]> {
  for (const [field, messages] of Object.entries(errors)) {
    const only = typeof messages === 'string' || messages?.length !== 1 ? messages : messages[0];
    if (typeof only === 'string' || only?.length) yield [`errors.${field}`, only];
  }
}
