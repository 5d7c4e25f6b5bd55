import type { Run } from '../connection/connection.ts';
import type { Statement } from '../connection/statement.ts';
import { unavailable } from '../errors.ts';
import { qualifiedName, quoted, type TableLocation } from './table-names.ts';

// Taken when this module loads, so that the fake timers of a test do not stop a store.
const monotonicNow = performance.now.bind(performance);

/** Milliseconds for which {@link TableGuard.checkLately} relies on the last check. */
const lately = 10_000;

/**
 * Looks for what makes PostgreSQL hide rows, or keep rows that it was told to delete, without an error: row level security,
 * triggers and rules. With it a sign-out would change nothing, and users would be signed out without a word.
 */
export interface TableGuard {
  /** @throws {StoreError} `UNAVAILABLE` with the SQL that mends it. */
  check(): Promise<void>;
  /** The same, for answers that are too frequent to check each: at most every ten seconds while there is no objection. */
  checkLately(): Promise<void> | undefined;
}

/** Bits of `pg_trigger.tgtype`: for each row, before, on delete. One that returns null keeps the row. */
const keepsRows = 1 | 2 | 8;

const find: Statement<[table: string]> = {
  name: undefined,
  readOnly: true,
  text: `
    select relkind in ('r', 'p'), pg_catalog.row_security_active(oid), current_user,
      (select min(tgname) from pg_catalog.pg_trigger where tgrelid = pg_class.oid and not tgisinternal
        and tgenabled in ('O', 'A') and tgtype & ${keepsRows} = ${keepsRows}),
      (select min(rulename) from pg_catalog.pg_rewrite where ev_class = pg_class.oid and is_instead)
    from pg_catalog.pg_class where oid = to_regclass($1)`,
};

export function createTableGuard(run: Run, location: TableLocation): TableGuard {
  const table = qualifiedName(location);
  let checkedAt = Number.NEGATIVE_INFINITY;

  async function check(): Promise<void> {
    const { rows } = await run(find, table);
    // A table that is missing is found by the statements themselves.
    const problem = rows[0] && problemWith(table, rows[0]);
    if (problem !== undefined) throw unavailable(problem);
    checkedAt = monotonicNow();
  }

  return {
    check,
    checkLately: () => (monotonicNow() - checkedAt < lately ? undefined : check()),
  };
}

function problemWith(
  table: string,
  [isTable, isSecured, role = '', trigger, rule]: (string | null)[],
): string | undefined {
  if (isTable !== 't')
    return `${table} is not a table, but a view or something like it. Pass another name as table.`;
  if (isSecured === 't') {
    const user = quoted(role ?? '');
    return (
      `Row level security on ${table} hides sessions from the role ${user}: it could neither read nor end them. ` +
      `Run alter table ${table} disable row level security, or alter role ${user} bypassrls.`
    );
  }
  if (trigger) {
    return (
      `The trigger ${quoted(trigger)} runs before a row of ${table} is deleted, and can keep it: a sign-out would change nothing. ` +
      `Run drop trigger ${quoted(trigger)} on ${table}, or let it run after.`
    );
  }
  if (rule) {
    return (
      `The rule ${quoted(rule)} on ${table} replaces what the store does. ` +
      `Run drop rule ${quoted(rule)} on ${table}.`
    );
  }
  return undefined;
}
