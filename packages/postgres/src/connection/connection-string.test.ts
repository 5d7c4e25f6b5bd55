import { expect, it } from 'vitest';
import { startSession } from '../start-session.ts';
import { assertConnectionString } from './connection-string.ts';

it.each([
  ['host=127.0.0.1 port=5432 dbname=shop user=u password=secret', 'keywords'],
  ['localhost/shop', 'postgres:// in front'],
  ['u:secret@localhost:5432/shop', 'postgres:// in front'],
  ['postgres:/localhost/shop', 'postgres:// in front'],
  ['mysql://u:secret@127.0.0.1/shop', 'must begin with postgres://'],
  ['jdbc:postgresql://127.0.0.1/shop', 'must begin with postgres://'],
  ['postgresql+psycopg2://u:secret@127.0.0.1/shop', 'must begin with postgres://'],
  ['postgres://u:p@secret/w#rd@host/shop', 'percent-encoded'],
  ['postgres://u:secret?x@host/shop', 'percent-encoded'],
  ['postgres://u:100%secret@host/shop', 'percent-encoded'],
  ['postgres://u:sec ret@host/shop', 'percent-encoded'],
  ['postgres://u:secret@host:port/shop', 'percent-encoded'],
  [' postgres://u:secret@host/shop', 'without quotes or spaces'],
  ['"postgres://u:secret@host/shop"', 'without quotes or spaces'],
  ['postgres://u:secret@one,two/shop', 'one host'],
  ['postgres://u:secret@host/shop?schema=shop', 'the option schema'],
  ['postgres://u:secret@host/shop?currentSchema=shop', 'the option schema'],
  ['postgres://u:secret@host/shop?pgbouncer=true', 'prepare: false'],
  ['postgres://u:secret@host/shop?connection_limit=5', 'poolSize'],
  ['postgres://u:secret@host/shop?connect_timeout=5', 'connectionTimeout'],
  ['postgres://u:secret@host/shop?target_session_attrs=any', 'leave it out'],
  ['postgres://u:secret@host/shop?sslmode=required', 'sslmode'],
  ['postgres://u:secret@host/shop?sslmode=verify-full&sslrootcert=/no/such/secret.pem', 'must exist'],
])('refuses %s and says what to write instead, without quoting it', async (connectionString, wayOut) => {
  const error = await startSession({ connectionString, cache: false }).catch((reason) => reason);
  expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(wayOut) });
  expect(error.message).toContain('connectionString');
  expect(error.message).not.toContain('secret');
  expect(error.cause).toBeUndefined();
});

it.each([
  'postgres://localhost',
  'postgres:///shop',
  'postgres:///shop?host=/var/run/postgresql',
  'postgres://u:p@/shop?host=/cloudsql/project',
  'postgresql://u:p%40ss%2Fw%23rd@host:5432/shop',
  'POSTGRES://u@[::1]:5432/shop',
  'postgres://%2Fvar%2Frun%2Fpostgresql/shop',
  'postgres://u@host/shop?sslmode=no-verify&application_name=a&options=-c%20search_path%3Dx',
  'socket:/var/run/postgresql?db=shop',
  '/var/run/postgresql shop',
])('accepts %s', (connectionString) => {
  expect(() => assertConnectionString(connectionString)).not.toThrow();
});
