/** One statement, in the form node-postgres accepts. */
export interface PostgresQuery {
  text: string;
  /** The name it is prepared under, once per connection. */
  name?: string;
  values: unknown[];
  rowMode: 'array';
  /** Keeps results as text, whatever type parsers the application has set. */
  types: { getTypeParser(): (text: string) => string };
}

/** The part of a pooled node-postgres client that the store uses. */
export interface PostgresClient {
  query(
    query: PostgresQuery,
    callback: (error: Error | null, result: { rows: unknown[][]; rowCount: number | null }) => void,
  ): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  /** `true` closes the connection instead of returning it to the pool. */
  release(broken?: boolean): void;
  /** Emits the messages that show when PostgreSQL starts to execute a statement, and identifies the server. */
  connection?: {
    on(event: 'bindComplete', listener: () => void): unknown;
    stream?: { remoteAddress?: string | undefined; remotePort?: number | undefined };
  };
  /** What a request to cancel a statement needs. */
  processID?: number | null;
  secretKey?: number | null;
  host?: string;
  port?: number;
}

/**
 * The part of a node-postgres `Pool` that the store uses. Structural, so any copy or version of it fits.
 *
 * @example
 * import { type PostgresPool, startSession } from '@store/postgres';
 * import pg from 'pg';
 *
 * const storeOf = (pool: PostgresPool, tenant: string) =>
 *   startSession({ pool, schema: `tenant_${tenant}`, cache: false });
 * const pool = new pg.Pool({ connectionString: 'postgres://localhost/shop', connectionTimeoutMillis: 5000 });
 * const store = await storeOf(pool, 'acme');
 */
export interface PostgresPool {
  readonly totalCount: number;
  connect(callback: (error: Error | undefined, client: PostgresClient | undefined) => void): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** Distinguishes a pool from anything else, including a single `Client`. */
export function isPostgresPool(value: unknown): value is PostgresPool {
  if (typeof value !== 'object' || value === null) return false;
  const { connect, on, removeListener, totalCount } = value as Partial<PostgresPool>;
  return (
    typeof connect === 'function' &&
    typeof on === 'function' &&
    typeof removeListener === 'function' &&
    typeof totalCount === 'number'
  );
}
