/**
 * The version ranges in a new driver's manifest, defined only here. The version range for core starts at the lowest version that the
 * template needs, and is also the driver's peer range.
 */
export const versions = {
  '@changesets/cli': '^3.0.3',
  '@store/conformance': '^1.0.0',
  '@store/core': '^1.0.0',
  '@types/node': '^24.0.0',
  typescript: '^7.0.2',
  vitest: '^5.1.1',
};
