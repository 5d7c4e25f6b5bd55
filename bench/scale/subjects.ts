import { storeFileContender } from '../contenders/file/store-file.ts';
import { bareContender } from '../contenders/sqlite/bare.ts';
import { storeSqliteContender } from '../contenders/sqlite/store-sqlite.ts';
import { inspectDatabase } from './inspect-database.ts';
import { inspectFolders } from './inspect-folders.ts';
import type { ScaleSubject } from './scale-subject.ts';

/**
 * Where sessions are in one place and can become many. The bare line shows whether it is the backend that bends. For files it
 * is left out: it keeps all in one directory, and a million of them take ten minutes to write.
 */
export const subjects: ScaleSubject[] = [
  {
    name: 'sqlite',
    title: 'SQLite',
    contenders: [storeSqliteContender('@store/sqlite'), bareContender('bare: better-sqlite3, our schema')],
    inspect: inspectDatabase,
  },
  {
    name: 'file',
    title: 'Files',
    contenders: [storeFileContender('@store/file')],
    inspect: inspectFolders,
  },
];
