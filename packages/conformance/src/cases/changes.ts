import type { JsonValue, SessionChange } from '@store/core';

/** A change that sets one key. */
export const set =
  (key: string, value: JsonValue): SessionChange =>
  ({ data, flash }) => ({ data: { ...data, [key]: value }, flash });

/** A change that adds 1 to `count`. */
export const increase: SessionChange = ({ data, flash }) => ({
  data: { ...data, count: Number(data.count) + 1 },
  flash,
});

/** A change that changes nothing. */
export const keep: SessionChange = (content) => content;
