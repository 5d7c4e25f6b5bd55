import { relative, sep } from 'node:path';
import type { Scaffold } from './scaffold-driver.ts';

/** What to do with a new driver, for who stands in `from`; in the commands of the package manager that `userAgent` names. */
export function nextSteps({ directory, name, driver }: Scaffold, from: string, userAgent = ''): string {
  const manager = /^(pnpm|yarn)\//.exec(userAgent)?.[1] ?? 'npm';
  const below = relative(from, directory);
  const path = below.split(sep)[0] === '..' ? directory : below;
  const enter = path === '' ? '' : `  cd ${/\s/.test(path) ? `"${path}"` : path}\n`;
  return `${name} is a whole driver that keeps sessions in a Map. See it pass:

${enter}  ${manager} install
  ${manager} test

Then make it yours:

  1. Replace the Map in ${driver} with your backend, until the tests pass again.
  2. Say in conformance.ts what it can do: shared between processes? Can its backend be stopped?
     node_modules/@store/conformance/README.md lists every export.
  3. Rewrite README.md and .changeset/first-release.md, and fill in description, author and
     repository in package.json.
  4. ${manager} run report     writes CONFORMANCE.md, which your users read.
  5. Release: ${manager} exec changeset version, commit, ${manager} run release.
`;
}
