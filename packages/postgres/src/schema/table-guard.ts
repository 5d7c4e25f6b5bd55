import type { Run } from '../connection/connection.ts';
import type { Statement } from '../connection/statement.ts';
import { unavailable } from '../errors.ts';
import { qualifiedName, quoted, type TableLocation } from './table-names.ts';

// Captured when this module loads, so that an application's fake timers do not stop the store.
const monotonicNow = performance.now.bind(performance);

/** Milliseconds for which {@link TableGuard.checkLately} relies on the last check. */
const recheckAfter = 10_000;

/**
 * Looks for anything that makes PostgreSQL hide rows, or keep rows it was told to delete, without an error: row level security,
 * triggers and rules. With one of these, a sign-out could change nothing, or every user could silently look signed out.
 */
export interface TableGuard {
  /** @throws {StoreError} `UNAVAILABLE` with the SQL that fixes it. */
  check(): Promise<void>;
  /** The same for frequent calls: checks at most every ten seconds as long as it finds nothing. */
  checkLately(): Promise<void> | undefined;
}

/** Bits of `pg_trigger.tgtype`: for each row, before, on delete. Such a trigger keeps the row if it returns null. */
const beforeDeleteRow = 1 | 2 | 8;

const findObstacles: Statement<[table: string]> = {
  name: undefined,
  readOnly: true,
  // Includes partitions and child tables, whose triggers also run for a statement on the parent.
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
    // The statements themselves report a missing table.
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
      `Row-level security on ${table} applies to the role ${quoted(role ?? '')}, so sessions can be hidden from it, and a sign-out ` +
      `could change nothing. Run alter table ${table} disable row level security, or connect as a role that it does not apply to.`
    );
  }
  if (trigger) {
    return (
      `The trigger ${trigger} runs before a row is deleted, and can keep it: a sign-out could change nothing. ` +
      `Run drop trigger ${trigger}, or make it an after trigger.`
    );
  }
  if (rule) return `The rule ${rule} replaces what the store does. Run drop rule ${rule}.`;
  return undefined;
}
