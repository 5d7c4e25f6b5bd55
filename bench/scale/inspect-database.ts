import Database from 'better-sqlite3';
import { databasePath } from '../contenders/sqlite/database-file.ts';
import { number } from '../report/format.ts';
import { diskUse } from './disk-use.ts';
import type { Inspection } from './scale-subject.ts';

interface Tree {
  name: string;
  depth: number;
  pages: number;
}

/** After a checkpoint that leaves no log behind; the depth of each B-tree is that of SQLite's own `dbstat`. */
export function inspectDatabase(directory: string): Inspection {
  const database = new Database(databasePath(directory));
  try {
    database.pragma('wal_checkpoint(truncate)');
    const trees = database
      .prepare<[], Tree>(
        `select name, max(length(path) - length(replace(path, '/', ''))) as depth, count(*) as pages
         from dbstat where path not like '%+%' group by name having pages > 1 order by pages desc`,
      )
      .all();
    const structure = trees.map(
      ({ name, depth, pages }) => `${name} ${depth} levels, ${number(pages)} pages`,
    );
    return { disk: diskUse(directory), structure: structure.join('; ') };
  } finally {
    database.close();
  }
}
