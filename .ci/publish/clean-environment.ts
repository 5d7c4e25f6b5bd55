import { dirname } from 'node:path';

/**
 * The environment for a user's empty folder: it has no settings from this workspace or from this machine's package managers.
 * Package managers keep all their files in `home`.
 */
export function cleanEnvironment(home: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(npm|pnpm|yarn|node|vitest|turbo)_/i.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    XDG_CONFIG_HOME: `${home}/config`,
    XDG_CACHE_HOME: `${home}/cache`,
    XDG_DATA_HOME: `${home}/data`,
    XDG_STATE_HOME: `${home}/state`,
    CI: 'true',
    NO_COLOR: '1',
  };
}
