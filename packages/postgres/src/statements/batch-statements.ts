import type { SessionRecord } from '@store/core/driver';
import { type RawBuilder, sql } from 'kysely';
import { asynchronous, nameStatement, type Statement, undoneIfLate } from '../connection/statement.ts';
import { overLiveSession, record, type SaveConditions, sqlWriter } from '../schema/sessions-table.ts';
import type { TableLocation } from '../schema/table-names.ts';

const table = sql.table('sessions');

/**
 * Locks the rows of `$1` that no other transaction has locked, in key order and without waiting. Two processes that write many
 * rows could otherwise deadlock, which PostgreSQL resolves only after a second.
 */
const locked = (strength: 'update' | 'no key update') => sql`
  locked as (select key from ${table} where key = any ($1::text[]) order by key for ${sql.raw(strength)} skip locked)`;

/** Statements for many sessions. Those that write return the keys they wrote. */
export function writeBatchStatements(location: TableLocation, prepare: boolean) {
  const db = sqlWriter(location);
  const statement = <Values extends unknown[]>(
    query: RawBuilder<unknown>,
    traits?: { deadline?: boolean; readOnly?: boolean },
  ): Statement<Values> => nameStatement(query.compile(db), prepare, traits);

  return {
    read: statement<[keys: string]>(sql`select ${record} from ${table} where key = any ($1::text[])`, {
      readOnly: true,
    }),

    touch: statement<[keys: string, now: string, expiresAt: string]>(sql`
      with ${asynchronous}, ${locked('no key update')},
        input as (select * from unnest ($1::text[], $2::bigint[], $3::bigint[]) as input (key, now, expires_at))
      update ${table} as stored set expires_at = greatest(stored.expires_at, input.expires_at)
      from asynchronous, input join locked on locked.key = input.key
      where stored.key = input.key and stored.expires_at > input.now
      returning stored.key`),

    /** Waits for rows locked by another transaction, because it may have to insert; it locks in key order as well. */
    save: statement<[...RecordColumns, ...SaveConditions]>(
      sql`
      insert into ${table} as stored (key, version, gc_at, expires_at, created_at, idle_timeout, subject, payload)
      select key, version, expires_at, expires_at, created_at, idle_timeout, subject, payload
      from ${input(sql``)} order by key ${overLiveSession} returning key, ${undoneIfLate(11)}`,
      { deadline: true },
    ),

    /** For records that keep their key. */
    replace: statement<[...RecordColumns, oldVersions: string]>(sql`
      with ${locked('no key update')}, input as (select * from ${input(sql`, $8::bigint[]`, sql`, old_version`)})
      update ${table} as stored set
        version = input.version, gc_at = least(stored.gc_at, input.expires_at), expires_at = input.expires_at,
        created_at = input.created_at, idle_timeout = input.idle_timeout, subject = input.subject, payload = input.payload
      from input join locked on locked.key = input.key
      where stored.key = input.key and stored.version = input.old_version
      returning stored.key`),

    deleteSession: statement<[keys: string]>(
      sql`
      with ${locked('update')}
      delete from ${table} as stored using locked
      where stored.key = locked.key and stored.idle_timeout is distinct from 0
      returning stored.key, ${undoneIfLate(2)}`,
      { deadline: true },
    ),
  };
}

/** Records by column, as PostgreSQL array literals. Payloads are lines of one text, because JSON text contains no line break. */
export type RecordColumns = [
  keys: string,
  versions: string,
  expiresAt: string,
  createdAt: string,
  idleTimeouts: string,
  subjects: (string | null)[],
  payloads: string,
];

function input(
  moreArrays: RawBuilder<unknown>,
  moreColumns: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  return sql`unnest ($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[],
    string_to_array ($7, chr(10))${moreArrays})
    as input (key, version, expires_at, created_at, idle_timeout, subject, payload${moreColumns})`;
}

export function toColumns(records: SessionRecord[]): RecordColumns {
  return [
    toArray(records.map(({ key }) => key)),
    toArray(records.map(({ version }) => version)),
    toArray(records.map(({ expiresAt }) => expiresAt)),
    toArray(records.map(({ createdAt }) => createdAt)),
    toArray(records.map(({ idleTimeout }) => idleTimeout)),
    records.map(({ subject }) => subject),
    records.map(({ payload }) => payload).join('\n'),
  ];
}

/** Keys and numbers need no quotes, but node-postgres would quote each of them. */
export function toArray(values: (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`;
}
