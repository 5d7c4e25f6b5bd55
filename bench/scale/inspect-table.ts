import pg from 'pg';
import { schemaOf } from '../contenders/postgres/postgres-contender.ts';
import { borrowServer } from '../contenders/postgres/server.ts';
import { number } from '../report/format.ts';
import type { Inspection } from './scale-subject.ts';

const table = 'sessions';

interface Size {
  name: string;
  bytes: string;
  files: string;
}

/** What the table and its indexes take, by PostgreSQL's own account; files are of a gigabyte at most. */
export async function inspectTable(directory: string): Promise<Inspection> {
  const server = await borrowServer(directory);
  const client = new pg.Client({ connectionString: server.url });
  try {
    await client.connect();
    const { rows } = await client.query<Size>(
      `select relname as name, pg_table_size(oid) as bytes, ceil(pg_relation_size(oid) / 1073741824.0) as files
       from pg_class where relnamespace = $1::regnamespace and relname like $2 and relkind in ('r', 'i')
       order by pg_table_size(oid) desc`,
      [schemaOf(directory), `${table}%`],
    );
    const sum = (figure: (size: Size) => string) =>
      rows.reduce((total, size) => total + Number(figure(size)), 0);
    const bytes = sum((size) => size.bytes);
    return {
      disk: { bytes, allocated: bytes, files: sum((size) => size.files), directories: 0 },
      structure: rows.map(({ name, bytes: own }) => `${name} ${number(Number(own) / 1024)} KiB`).join('; '),
    };
  } finally {
    await client.end();
    await server.giveBack();
  }
}
