import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freshPool } from '../../test/fresh-schema.ts';
import { startSession } from '../start-session.ts';

/** A pooler that refuses every connection with this text, as PgBouncer does. @returns its URL */
async function poolerThatSays(refusal: string): Promise<string> {
  const pooler = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const fields = Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${refusal}\0\0`);
      const head = Buffer.from('E....');
      head.writeInt32BE(fields.length + 4, 1);
      socket.end(Buffer.concat([head, fields]));
    });
  });
  pooler.listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  onTestFinished(() => void pooler.close());
  return `postgres://app@127.0.0.1:${(pooler.address() as AddressInfo).port}/shop`;
}

const advice = 'pass prepare: false';
const take = (parameter: string) => `Take ${parameter} out of connectionString or the pool`;

it.each([
  ['unsupported startup parameter: options', false, take('options'), advice],
  ['unsupported startup parameter in options: search_path', false, take('search_path'), advice],
  ['unsupported startup parameter: statement_timeout', false, take('statement_timeout'), advice],
  ['unsupported startup parameter: statement_timeout', true, advice, 'nothing'],
  ['unsupported startup parameter: extra_float_digits', true, take('extra_float_digits'), advice],
  [
    'server login has been failing, try again later (server_login_retry)',
    false,
    'server_login_retry',
    advice,
  ],
  ['server login has been failing', true, 'server login', advice],
  ['query_wait_timeout', true, 'query_wait_timeout', advice],
  ['prepared statement name is already in use', true, advice, 'Take'],
])(
  'a refusal by a pooler is quoted, with what to do about it: %s (prepare: %s)',
  async (refusal, prepare, said, unsaid) => {
    const connectionString = await poolerThatSays(refusal);
    for (const options of [{ connectionString }, { pool: freshPool({ connectionString }) }]) {
      const error = await startSession({ ...options, prepare, cache: false }).catch((reason) => reason);
      expect(error).toMatchObject({ code: 'UNAVAILABLE', cause: expect.objectContaining({ code: '08P01' }) });
      expect(error.message).toContain(`"${refusal}"`);
      expect(error.message).toContain(said);
      expect(error.message).not.toContain(unsaid);
    }
  },
);

it.each([
  'no more connections allowed (max_client_conn)',
  'max clients reached in session mode',
  '(EMAXCONN) max client connections reached, limit: 200',
])('a full pooler is reported as full: %s', async (refusal) => {
  const connectionString = await poolerThatSays(refusal);
  await expect(startSession({ connectionString, cache: false })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('no connection left'),
  });
});
