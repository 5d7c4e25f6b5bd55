import { createHash } from 'node:crypto';
import type { CompiledQuery } from 'kysely';

/** A statement's text and the values it takes, in the order of its placeholders. */
export interface Statement<Values extends unknown[]> {
  /** What it is prepared under; one text has one name, whichever store or table it belongs to. */
  name: string | undefined;
  text: string;
  /** Never set: it only ties the values' types to the statement. */
  takes?: Values;
}

/** Names a statement by its text, so that two stores on one pool share what is prepared, and never clash. */
export function nameStatement<Values extends unknown[]>(
  { sql: text }: CompiledQuery,
  prepare: boolean,
): Statement<Values> {
  const name = prepare ? `store_${createHash('sha256').update(text).digest('hex').slice(0, 24)}` : undefined;
  return { name, text };
}
