import { createHash } from 'node:crypto';
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';

/** A statement's text and the values it takes, in the order of its placeholders. */
export interface Statement<Values extends unknown[]> {
  /** What it is prepared under; one text has one name, whichever store or table it belongs to. */
  name: string | undefined;
  text: string;
  /** Whether the last placeholder is the call's deadline, which the connection fills in; see {@link undoneIfLate}. */
  deadline?: boolean;
  /** Whether it changes nothing, so that it may be run a second time. */
  readOnly?: boolean;
  /** Never set: it only ties the values' types to the statement. */
  takes?: Values;
}

/** Names a statement by its text, so that two stores on one pool share what is prepared, and never clash. */
export function nameStatement<Values extends unknown[]>(
  { sql: text }: CompiledQuery,
  prepare: boolean,
  traits: { deadline?: boolean; readOnly?: boolean } = {},
): Statement<Values> {
  const name = prepare ? `store_${createHash('sha256').update(text).digest('hex').slice(0, 24)}` : undefined;
  return { name, text, ...traits };
}

/** The placeholder of the value at this position. */
export function bind<T = string>(position: number): RawBuilder<T> {
  return sql<T>`${sql.raw(`$${position}`)}`;
}

/**
 * For `returning`: 1 before the deadline at this position, by the server's clock; afterwards SQLSTATE 22012, which undoes the
 * statement. It is judged once a row has been written, and so later than every lock and unique key that the statement waits
 * for; a condition in its `where` would be judged before an insert waits, and pass over a row without a word.
 */
export function undoneIfLate(position: number): RawBuilder<number> {
  return sql<number>`1 / (clock_timestamp() < to_timestamp(${bind(position)}))::int`;
}

/**
 * For `with`, and to be joined: the transaction is committed without waiting for the disk. If the server crashes it may be gone;
 * it cannot damage anything else.
 */
export const asynchronous = sql`
  asynchronous as materialized (select set_config('synchronous_commit', 'off', true))`;
