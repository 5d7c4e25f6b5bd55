import { createSessionId } from '@store/core';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { query, url } from './fresh-schema.ts';

/** A role with the rights that the README lists, dropped when the test ends. @returns its URL and its name for SQL */
export async function createRole(schema: string, attributes = '') {
  const name = `app_${createSessionId().slice(0, 12)}`;
  const [role, inSchema] = [name, schema].map(pg.escapeIdentifier) as [string, string];
  await query(`create role ${role} login password 'secret' ${attributes}`);
  onTestFinished(() => query(`drop owned by ${role}; drop role ${role}`).then(() => {}));
  await query(`grant usage on schema ${inSchema} to ${role}`);
  await query(`grant select, insert, update, delete on all tables in schema ${inSchema} to ${role}`);
  const address = new URL(url);
  address.username = name;
  address.password = 'secret';
  return { connectionString: address.href, role };
}
