import type { Run } from '../connection/connection.ts';
import type { Statement } from '../connection/statement.ts';
import { unavailable } from '../errors.ts';
import { qualifiedName, quoted, type TableLocation } from './table-names.ts';

// Taken when this module loads, so that the fake timers of a test do not stop a store.
const monotonicNow = performance.now.bind(performance);

/** Milliseconds for which {@link TableGuard.checkLately} relies on the last check. */
const recheckAfter = 10_000;

/**
 * Looks for what makes PostgreSQL hide rows, or keep rows that it was told to delete, without an error: row level security,
 * triggers and rules. With it a sign-out would change nothing, and users would be signed out without a word.
 */
export interface TableGuard {
  /** @throws {StoreError} `UNAVAILABLE` with the SQL that mends it. */
  check(): Promise<void>;
  /** The same, for calls that are too frequent to check each time: at most every ten seconds while it finds nothing. */
  checkLately(): Promise<void> | undefined;
}

/** Bits of `pg_trigger.tgtype`: for each row, before, on delete. A trigger that returns null keeps the row. */
const beforeDeleteRow = 1 | 2 | 8;

const findObstacles: Statement<[table: string]> = {
  name: undefined,
  readOnly: true,
  // With its partitions and children, whose triggers run for a statement on the table as well.
  text: `
    with recursive part (oid) as (
      select to_regclass($1)::oid
      union select inhrelid from pg_catalog.pg_inherits join part on inhparent = part.oid
    )
    select relkind in ('r', 'p'), pg_catalog.row_security_active(oid), current_user,
      (select min(format('%I on %s', tgname, tgrelid::regclass)) from pg_catalog.pg_trigger
        where tgrelid in (select oid from part) and not tgisinternal
          and tgenabled in ('O', 'A') and tgtype & ${beforeDeleteRow} = ${beforeDeleteRow}),
      (select min(format('%I on %s', rulename, ev_class::regclass)) from pg_catalog.pg_rewrite
        where ev_class in (select oid from part) and is_instead and ev_enabled in ('O', 'A'))
    from pg_catalog.pg_class where oid = to_regclass($1)`,
};

export function createTableGuard(run: Run, location: TableLocation): TableGuard {
  const table = qualifiedName(location);
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  async function check(): Promise<void> {
    const { rows } = await run(findObstacles, table);
    // A table that is missing is found by the statements themselves.
    const problem = rows[0] && problemWith(table, rows[0]);
    if (problem !== undefined) throw unavailable(problem);
    checkedAt = monotonicNow();
  }

  return {
    check,
    checkLately() {
      if (checking === undefined && monotonicNow() - checkedAt < recheckAfter) return undefined;
      checking ??= check().finally(() => {
        checking = undefined;
      });
      return checking;
    },
  };
}

function problemWith(
  table: string,
  [isTable, isSecured, role = '', trigger, rule]: (string | null)[],
): string | undefined {
  if (isTable !== 't')
    return `${table} is not a table, but a view or something like it. Pass another name as table.`;
  if (isSecured === 't') {
    return (
      `Row level security on ${table} applies to the role ${quoted(role ?? '')}, so sessions can be hidden from it, and a sign-out ` +
      `could change nothing. Run alter table ${table} disable row level security, or connect as a role that it does not apply to.`
    );
  }
  if (trigger) {
    return (
      `The trigger ${trigger} runs before a row is deleted, and can keep it: a sign-out could change nothing. ` +
      `Run drop trigger ${trigger}, or let it run after.`
    );
  }
  if (rule) return `The rule ${rule} replaces what the store does. Run drop rule ${rule}.`;
  return undefined;
}
