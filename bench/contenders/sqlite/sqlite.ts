import { setTimeout as sleep } from 'node:timers/promises';
import { schemaSql, startSession } from '@store/sqlite';
import type { Backend, Contender } from '../../contender.ts';
import { type BareTable, bareOperations, ourTable, plainTable } from '../bare-table.ts';
import { peer } from '../package-version.ts';
import { openStore } from '../record-store.ts';
import { onDatabase } from './database-file.ts';
import { openLucia, openSessionStore, openStatementStore } from './peers.ts';

/** Prepared statements, and nothing else. */
const openBare = (table: BareTable) =>
  onDatabase('sessions', (open) => {
    const database = open().exec(table.create);
    return bareOperations(table, (name) => {
      const statement = database.prepare(table.sql[name]);
      if (name !== 'load') return (...values) => statement.run(...values);
      statement.pluck();
      return (...values) => statement.get(...values);
    });
  });

const openGiven = onDatabase('sessions', async (open) => {
  const store = await openStore((options) => startSession({ ...options, database: open() }));
  // In a transaction its writes would wait for each other; without one they commit together.
  return { ...store, bulk: (saves) => saves() };
});

const openByPath = onDatabase('sessions', async (_, database) => {
  const store = await openStore((options) => startSession({ ...options, database }));
  // Long enough for its checkpoint thread to finish.
  return { ...store, rest: () => sleep(10) };
});

const ourSchema = ourTable(schemaSql());
const bare: Contender = { kind: 'bare', name: 'better-sqlite3, our schema', open: openBare(ourSchema) };
const control: Contender = { ...bare, kind: 'control', name: 'the same code again' };
const given: Contender = { kind: 'ours', name: '@store/sqlite, database given', open: openGiven };
const ours: Contender = { kind: 'ours', name: '@store/sqlite', open: openByPath };
const limit: Contender = { kind: 'limit', name: 'better-sqlite3, plain ids', open: openBare(plainTable) };

const sessionStore = peer('better-sqlite3-session-store', openSessionStore());
const statementStore = peer('express-session-better-sqlite3', openStatementStore, { caveat: 'no expiry' });
const lucia = peer('@lucia-auth/adapter-sqlite', openLucia);

/** Its README sets no pragmas, which means a rollback journal and a sync for each commit. */
const asInReadme: Contender = {
  ...sessionStore,
  name: `${sessionStore.name}, as in its README`,
  caveat: 'journal DELETE, synchronous FULL',
  slow: true,
  open: openSessionStore(''),
};

export const sqlite: Backend = {
  name: 'sqlite',
  title: 'SQLite',
  // SQLite writes its log back after every thousand pages. A shorter round would miss that cost.
  blocks: { times: 1, sizes: [400, 640] },
  note:
    'One file each, in WAL mode with `synchronous = NORMAL`, except where a line says otherwise. Ratios are to the first line: ' +
    'prepared statements on the table of @store/sqlite, ids hashed. "Plain ids" is the table that people write by hand, with an ' +
    'index on the expiry. On a database that it opens itself, @store/sqlite writes the log back in a thread. No README of a peer ' +
    'sets anything, which means a sync for each commit, so that a power cut loses no session; one peer shows what that costs.',
  baseline: bare,
  lines: [bare, control, given, ours, limit, sessionStore, statementStore, lucia, asInReadme],
  collectors: [limit, bare, ours, sessionStore, lucia],
};
