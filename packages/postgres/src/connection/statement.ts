import { createHash } from 'node:crypto';
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';

/** A statement's text and the types of its values, in the order of its placeholders. */
export interface Statement<Values extends unknown[]> {
  /** The name it is prepared under: one name per text, whichever store or table it belongs to. */
  name: string | undefined;
  text: string;
  /** Whether the last placeholder is the deadline, which the connection fills in; see {@link undoneIfLate}. */
  deadline?: boolean;
  /** Whether it only reads, so that it may be run again. */
  readOnly?: boolean;
  /** Never set; it only carries the types of the values. */
  takes?: Values;
}

/** Names a statement by its text, so that two stores on one pool share prepared statements and never clash. */
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
 * For `returning`: 1 before the deadline at this position, by the server's clock; after it, SQLSTATE 22012, which rolls the
 * statement back. It is evaluated after the row is written, and so after every lock and unique key the statement waits for. A
 * condition in `where` would be evaluated before an insert waits, and would skip rows silently.
 */
export function undoneIfLate(position: number): RawBuilder<number> {
  return sql<number>`1 / (clock_timestamp() < to_timestamp(${bind(position)}))::int`;
}

/**
 * A `with` query to join, which makes the transaction commit without waiting for the disk. A server crash may lose this
 * transaction, but damages nothing else.
 */
export const asynchronous = sql`
  asynchronous as materialized (select set_config('synchronous_commit', 'off', true))`;
