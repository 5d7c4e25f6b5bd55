import type { Contender } from '../contender.ts';
import manifest from '../package.json' with { type: 'json' };

type Dependency = keyof typeof manifest.dependencies;

/** A peer's name with the version pinned by this package. */
export function packageVersion(name: Dependency): string {
  return `${name} ${manifest.dependencies[name]}`;
}

/** A peer package as a contender. */
export function peer(name: Dependency, open: Contender['open'], extra: Partial<Contender> = {}): Contender {
  return { kind: 'peer', name: packageVersion(name), open, ...extra };
}
