import { StoreError } from '@store/core/driver';

const form = 'postgres://user:password@host:5432/database';

/** Query parameters that node-postgres supports. */
const known = new Set(
  (
    'application_name fallback_application_name options host port user password ' +
    'ssl sslmode sslcert sslkey sslrootcert sslnegotiation uselibpqcompat ' +
    'statement_timeout lock_timeout idle_in_transaction_session_timeout'
  ).split(' '),
);

const sslModes = new Set(['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']);

/** What to use instead of query parameters that other programs support and node-postgres ignores. */
const ways: Record<string, string> = {
  channel_binding: 'pass a pool made with enableChannelBinding: true',
  connect_timeout: 'use the option connectionTimeout, in seconds',
  connection_limit: 'use the option poolSize',
  connectiontimeoutmillis: 'use the option connectionTimeout, in seconds',
  currentschema: 'use the option schema',
  dbname: 'write the database after the host',
  idletimeoutmillis: 'pass a pool with idleTimeoutMillis',
  max: 'use the option poolSize',
  pgbouncer: 'use the option prepare: false',
  pool_size: 'use the option poolSize',
  pool_timeout: 'use the option connectionTimeout, in seconds',
  prepare: 'use the option prepare',
  query_timeout: 'use the option statementTimeout, in seconds',
  schema: 'use the option schema',
  search_path: 'use the option schema',
  sslaccept: 'use sslmode=no-verify or sslmode=verify-full',
  table: 'use the option table',
};

/**
 * Refuses a connection string that node-postgres would misread or partly ignore. The error never quotes the string, which may
 * contain the password.
 *
 * @throws {StoreError} `INVALID_OPTION` with the right form.
 */
export function assertConnectionString(given: unknown): asserts given is string {
  const problem = typeof given === 'string' ? problemWith(given) : `must be a string such as ${form}`;
  if (problem !== undefined) {
    throw new StoreError('INVALID_OPTION', `[@store/postgres] connectionString ${problem}.`);
  }
}

function problemWith(given: string): string | undefined {
  if (given === '') return `must be a string such as ${form}, or pool given`;
  if (given !== given.trim() || /^['"]/.test(given)) {
    return `must be ${form} without quotes or spaces around it`;
  }
  // node-postgres has two forms for a Unix socket: a directory, and socket:/directory?db=name.
  if (/^(\/|socket:\/)/.test(given)) return undefined;
  const scheme = /^([a-z][\w+.:-]*):\/\//i.exec(given)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const keywords = /^\w+\s*=/.test(given);
    return `must be ${form}, ${keywords ? 'not a list of keywords and values' : 'with postgres:// in front'}`;
  }
  if (scheme !== 'postgres' && scheme !== 'postgresql') {
    return `must begin with postgres://, not with the scheme of another database or driver; write ${form}`;
  }
  const encoded =
    'In the user name and the password, write each of : / ? # @ % [ ] and spaces percent-encoded, such as %2F for /';
  if (/%(?![0-9a-f]{2})|\s/i.test(given)) return `must be ${form}. ${encoded}`;
  const url = parse(given);
  if (url === undefined || url.hash !== '' || /@/.test(url.pathname + url.search)) {
    return `must be ${form}. ${encoded}`;
  }
  if (url.hostname.includes(','))
    return `must name one host: ${form}; node-postgres does not support a list of hosts`;
  for (const [name, value] of url.searchParams) {
    if (name === 'sslmode' && !sslModes.has(value)) {
      return `has an sslmode that does not exist; write one of ${[...sslModes].join(', ')}`;
    }
    if (!known.has(name)) return problemWithParameter(name);
  }
  return undefined;
}

function parse(given: string): URL | undefined {
  try {
    const url = new URL(given);
    for (const part of [url.username, url.password, url.hostname, url.pathname]) decodeURIComponent(part);
    return url;
  } catch {
    return parseWithoutHost(given);
  }
}

/** `postgres://user:password@/database` takes its host from `PGHOST` or `?host=`; the URL parser rejects it. */
function parseWithoutHost(given: string): URL | undefined {
  const filled = given.replace(/^(\w+:\/\/[^/?#@]*)@\//, '$1@localhost/');
  return filled === given ? undefined : parse(filled);
}

function problemWithParameter(name: string): string {
  const way = Object.hasOwn(ways, name.toLowerCase()) ? ways[name.toLowerCase()] : undefined;
  const shown = /^\w{1,40}$/.test(name) ? `?${name}=` : 'an unknown query parameter';
  return `has ${shown}, which would have no effect: ${way ?? 'leave it out'}`;
}
