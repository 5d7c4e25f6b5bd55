import semver from 'semver';
import type { Manifest } from './workspace.ts';

/**
 * Returns the peer ranges that a minor or patch release narrows, as text: the release would reject an installed core that the
 * previous version accepted.
 */
export function narrowedPeers(before: Manifest, after: Manifest): string[] {
  const major = semver.major(after.version) > semver.major(before.version);
  return Object.entries(before.peerDependencies ?? {}).flatMap(([peer, old]) => {
    const range = after.peerDependencies?.[peer];
    if (major || range === undefined || semver.subset(old, range)) return [];
    return [
      `${after.name} ${after.version} narrows its peer range of ${peer} from "${old}" to "${range}". ` +
        `Write a major changeset for ${after.name}, or give it a range that still includes "${old}".`,
    ];
  });
}
