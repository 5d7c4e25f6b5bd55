import Database from 'better-sqlite3';
import { proveContenders } from '../prove-contenders.ts';
import { databasePath } from './database-file.ts';
import { sqlite } from './sqlite.ts';

proveContenders(sqlite, (directory) => {
  const database = new Database(databasePath(directory), { readonly: true });
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like '%migration%'")
    .pluck()
    .all() as string[];
  const rows = tables.flatMap((table) => database.prepare(`select * from ${table}`).all());
  database.close();
  return JSON.stringify(rows);
});
