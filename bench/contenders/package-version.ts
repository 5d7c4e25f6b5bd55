import manifest from '../package.json' with { type: 'json' };

/** A peer's name with the version that this package pins. */
export function packageVersion(name: keyof typeof manifest.dependencies): string {
  return `${name} ${manifest.dependencies[name]}`;
}
