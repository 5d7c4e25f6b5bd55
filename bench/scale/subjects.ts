import { storeFileContender } from '../contenders/file/store-file.ts';
import { storePostgresContender } from '../contenders/postgres/store-postgres.ts';
import { bareContender } from '../contenders/sqlite/bare.ts';
import { storeSqliteContender } from '../contenders/sqlite/store-sqlite.ts';
import { inspectDatabase } from './inspect-database.ts';
import { inspectFolders } from './inspect-folders.ts';
import { inspectTable } from './inspect-table.ts';
import type { ScaleSubject } from './scale-subject.ts';

/**
 * Where sessions are in one place and can become many. The bare line shows whether it is the backend that bends. It is left out
 * where it would take ten minutes to fill: of files it keeps all in one directory, and in PostgreSQL it waits for each save.
 */
export const subjects: ScaleSubject[] = [
  {
    name: 'sqlite',
    title: 'SQLite',
    contenders: [storeSqliteContender('@store/sqlite'), bareContender('bare: better-sqlite3, our schema')],
    inspect: inspectDatabase,
  },
  {
    name: 'postgres',
    title: 'PostgreSQL',
    contenders: [storePostgresContender('@store/postgres')],
    inspect: inspectTable,
  },
  {
    name: 'file',
    title: 'Files',
    contenders: [storeFileContender('@store/file')],
    inspect: inspectFolders,
  },
];
