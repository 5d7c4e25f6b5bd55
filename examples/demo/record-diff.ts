import type { HeldField, HeldSession } from './backends/backend.ts';

/** One value of a record that a request added, changed or removed. */
export interface FieldChange {
  /** Such as `cart.sencha`. */
  name: string;
  /** As text; `undefined` when the value did not exist. */
  before: string | undefined;
  after: string | undefined;
}

/** Apart from these and the content, every field of a record is bookkeeping that changes with every request. */
const identity = ['key', 'id', 'subject'];

/** The differences in a record before and after a request: identity first, then data, then flash. */
export function diffRecords(before: HeldSession | undefined, after: HeldSession | undefined): FieldChange[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((name) => ({ name, before: old.get(name), after: now.get(name) }))
    .filter((change) => change.before !== change.after)
    .sort((a, b) => rank(a.name) - rank(b.name));
}

function rank(name: string): number {
  return identity.includes(name) ? 0 : name.startsWith('flash') ? 2 : 1;
}

function valuesOf(record: HeldSession | undefined): Map<string, string> {
  return new Map(record?.fields.flatMap(entriesOf));
}

function entriesOf({ name, value, kind }: HeldField): [string, string][] {
  if (value === null) return [];
  if (kind !== 'json') return identity.includes(name) ? [[name, String(value)]] : [];
  const content = JSON.parse(String(value)) as Record<string, unknown>;
  // A payload contains both; in a sealed cookie they are separate fields.
  const { data = {}, flash = {} } = name === 'payload' ? content : { [name]: content };
  return [...leavesOf(data), ...entries(flash, 'flash.').map(asText)];
}

/** Flattens data to its leaves, such as `cart.sencha`. */
function leavesOf(data: unknown, prefix = ''): [string, string][] {
  return entries(data, prefix).flatMap(([name, value]) =>
    isObject(value) ? leavesOf(value, `${name}.`) : [asText([name, value])],
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entries(value: unknown, prefix: string): [string, unknown][] {
  return Object.entries(value as object).map(([name, inner]) => [prefix + name, inner]);
}

function asText([name, value]: [string, unknown]): [string, string] {
  return [name, typeof value === 'string' ? value : JSON.stringify(value)];
}
