import { createHash } from 'node:crypto';
import { invalidOption } from '@store/core/driver';
import {
  IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type SchemableIdentifierNode,
} from 'kysely';

/** PostgreSQL keeps 63 bytes of a name and silently truncates the rest. */
const longest = 63;

/**
 * Accepts any name that PostgreSQL does not truncate: names are always quoted.
 *
 * @throws {StoreError} `INVALID_OPTION`
 */
export function assertName(store: string, option: 'table' | 'schema', name: unknown): asserts name is string {
  const fits = typeof name === 'string' && name !== '' && name.isWellFormed() && !name.includes('\0');
  if (fits && Buffer.byteLength(name) <= longest) return;
  throw invalidOption(store, option, `a name of 1 to ${longest} bytes without NUL`, name);
}

/** The name of a sessions table, and its schema unless it is found through the connection's search path. */
export interface TableLocation {
  table: string;
  schema: string | undefined;
}

/** The table's name as SQL writes it, for statements and error texts. */
export function qualifiedName({ table, schema }: TableLocation): string {
  return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The real names of a sessions table's objects, by the placeholder names that statements are written with. */
export function tableNames(table: string): ReadonlyMap<string, string> {
  const derived = ['sessions_gc_at', 'sessions_subject', 'sessions_migration', 'sessions_migration_lock'];
  return new Map([
    ['sessions', table],
    ...derived.map((name) => [name, derivedName(table, name.slice('sessions'.length))] as const),
  ]);
}

/** `table` followed by `suffix`; if that is too long, truncated, with a hash of the whole at the end. */
function derivedName(table: string, suffix: string): string {
  const name = table + suffix;
  if (Buffer.byteLength(name) <= longest) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  let kept = table;
  while (Buffer.byteLength(kept) > longest - hash.length - 1) kept = kept.slice(0, -1);
  return `${kept.toWellFormed()}_${hash}`;
}

/**
 * Makes Kysely replace the placeholder names with the real ones. Kysely quotes what this returns and never parses it, so a name
 * that contains a dot, a quote or ` as ` stays one name.
 */
export function withTableNames({ table, schema }: TableLocation): KyselyPlugin {
  const names = tableNames(table);
  const rename = (node: IdentifierNode) => IdentifierNode.create(names.get(node.name) ?? node.name);
  const transformer = new (class extends OperationNodeTransformer {
    protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
      return rename(node);
    }
    protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
      const ours = node.schema === undefined && names.has(node.identifier.name);
      return {
        ...node,
        ...(ours && schema !== undefined && { schema: IdentifierNode.create(schema) }),
        identifier: rename(node.identifier),
      };
    }
  })();
  return {
    transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  };
}
