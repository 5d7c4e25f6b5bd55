import { isSessionId } from '@store/core/driver';

/**
 * The chain of ids that a session has had: `root` is its first id, `last` the one that was loaded. A seal keeps the root, so that
 * ending any of the ids ends them all.
 */
export interface Family {
  root: string;
  last: string;
}

/** What `load` returns as `family`; core and the session layer pass it on unread. */
export function formatFamily({ root, last }: Family): string {
  return root === last ? root : `${root}.${last}`;
}

/** Reads it again. A session that has none, or none of ours, begins a family of its own. */
export function parseFamily(family: string | undefined, id: string): Family {
  const [root, last = root] = family?.split('.') ?? [];
  return isSessionId(root) && isSessionId(last) ? { root, last } : { root: id, last: id };
}
