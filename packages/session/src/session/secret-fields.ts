import type { JsonValue, SessionData } from '@store/core';
import { setOwn } from './json.ts';

const secretWords = new Set(['password', 'passwd', 'secret', 'token', 'card', 'cvc', 'cvv', 'pin']);

/** Whether a field's name contains a secret word: `newPassword`, `card[number]`, `api_token2`; not `discard` or `shipping`. */
export function isSecretField(name: string): boolean {
  return name
    .replace(/(\p{Ll})(\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$3 $2')
    .split(/[^\p{L}]+/u)
    .some((word) => secretWords.has(word.toLowerCase()));
}

/** The same value without secret fields, at any depth. */
export function withoutSecretFields(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecretFields);
  const kept: SessionData = {};
  for (const [name, inner] of Object.entries(value))
    if (!isSecretField(name)) setOwn(kept, name, withoutSecretFields(inner));
  return kept;
}
