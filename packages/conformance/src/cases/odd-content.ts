import type { JsonValue, SessionData } from '@store/core';

/** Session keys that break careless objects, paths or queries. */
export const oddKeys = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '0',
  '-1',
  '1e3',
  'a.b',
  'a[0]',
  '$where',
  "'; drop table sessions; --",
  'line\nbreak',
  'nul\0',
  '\ud800',
  '🦶',
  'k'.repeat(2000),
];

/** Text of every kind: control characters, quotes, both kinds of lone surrogates, and text that encoding or trimming would change. */
export const oddTexts = [
  '',
  ' leading and trailing ',
  'tab\tline\nreturn\r\nnul\0 escape\u001b delete\u007f next\u0085 separators\u2028\u2029',
  '"double" \'single\' `back` \\ slash / percent % under_score {brace} $1 $$ ?',
  'Füße, naïve, 漢字, עברית, 🦶, 👩🏽‍🚀',
  'e\u0301 is not é',
  'lone \ud800 and \udfff',
  '\ufeffbyte order mark',
  '0123456789'.repeat(1000),
];

/** Numbers that would change as 32-bit integers, as 32-bit floats, or as text with few digits. */
export const oddNumbers = [
  0,
  -1,
  0.1,
  1 / 3,
  2 ** 31,
  -(2 ** 31) - 1,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  1e21,
];

/** Everything else that JSON can hold. */
export const oddValues: JsonValue[] = [
  null,
  true,
  false,
  [],
  {},
  [[], [[]], {}],
  [null, false, 0, ''],
  { a: { b: { c: [{ d: null }] } } },
  nested(100),
];

function nested(depth: number): JsonValue {
  return depth === 0 ? 'bottom' : [nested(depth - 1)];
}

/** An object with all of the keys as own properties, including `__proto__`. */
export function withKeys(keys: readonly string[]): SessionData {
  return Object.fromEntries(keys.map((key, index) => [key, index]));
}
