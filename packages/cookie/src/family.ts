import { isSessionId } from '@store/core/driver';

/**
 * The chain of ids that a session has had: `root` is its first id, `last` the one that was loaded. A seal keeps the root, so
 * ending any one of the ids ends them all.
 */
export interface Family {
  root: string;
  last: string;
}

/** The value that `load` returns as `family`; core and the session layer pass it on without interpreting it. */
export function formatFamily({ root, last }: Family): string {
  return root === last ? root : `${root}.${last}`;
}

/** Parses that value. If it is missing or not in our format, the session starts a new family. */
export function parseFamily(family: string | undefined, id: string): Family {
  const [root, last = root] = family?.split('.') ?? [];
  return isSessionId(root) && isSessionId(last) ? { root, last } : { root: id, last: id };
}
