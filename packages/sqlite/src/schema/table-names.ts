import { createHash } from 'node:crypto';
import { invalidOption } from '@store/core/driver';
import { type IdentifierNode, type KyselyPlugin, OperationNodeTransformer } from 'kysely';

/** PostgreSQL truncates names to 63 bytes; with the same limit here, every driver derives the same names. */
const longest = 63;

/**
 * Accepts any name, since names are quoted, except those that SQLite reserves or cannot store.
 *
 * @throws {StoreError} `INVALID_OPTION`
 */
export function assertTable(store: string, table: unknown): asserts table is string {
  const fits = typeof table === 'string' && table !== '' && table.isWellFormed() && !table.includes('\0');
  if (fits && !/^sqlite_/i.test(table)) return;
  throw invalidOption(store, 'table', 'a name without NUL that does not begin with sqlite_', table);
}

/** Maps the names used when statements are written to the real names for one sessions table. */
export function tableNames(table: string): ReadonlyMap<string, string> {
  const derived = ['sessions_gc_at', 'sessions_subject', 'sessions_migration', 'sessions_migration_lock'];
  return new Map([
    ['sessions', table],
    ...derived.map((name) => [name, derivedName(table, name.slice('sessions'.length))] as const),
  ]);
}

/** `table` followed by `suffix`; a name that is too long is truncated and ends in a hash of the full name. */
function derivedName(table: string, suffix: string): string {
  const name = table + suffix;
  if (Buffer.byteLength(name) <= longest) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  let kept = table;
  while (Buffer.byteLength(kept) > longest - hash.length - 1) kept = kept.slice(0, -1);
  return `${kept.toWellFormed()}_${hash}`;
}

/**
 * Makes Kysely replace the names used in statements with the real names. Kysely quotes the result and never
 * parses it, so a name that contains a dot, a quote or ` as ` stays a single name.
 *
 * Build a subquery without this plugin, or its names will be replaced twice.
 */
export function withTableNames(names: ReadonlyMap<string, string>): KyselyPlugin {
  const transformer = new (class extends OperationNodeTransformer {
    protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
      const name = names.get(node.name);
      return name === undefined ? node : { ...node, name };
    }
  })();
  return {
    transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  };
}
