import { relative, sep } from 'node:path';
import type { Scaffold } from './scaffold-driver.ts';

/** The next steps for a new driver: paths are relative to `from`, and commands use the package manager that `userAgent` names. */
export function nextSteps({ directory, name, driver }: Scaffold, from: string, userAgent = ''): string {
  const manager = /^(pnpm|yarn)\//.exec(userAgent)?.[1] ?? 'npm';
  const below = relative(from, directory);
  const path = below.split(sep)[0] === '..' ? directory : below;
  const enter = path === '' ? '' : `  cd ${/\s/.test(path) ? `"${path}"` : path}\n`;
  return `${name} is a complete driver that keeps sessions in a Map. Run its tests:

${enter}  ${manager} install
  ${manager} test

Then make it yours:

  1. Replace the Map in ${driver} with your backend, until the tests pass again.
  2. Declare in conformance.ts what it can do: is it shared between processes, can its backend
     be stopped? node_modules/@store/conformance/README.md lists every export.
  3. Rewrite README.md and .changeset/first-release.md, and fill in description, author and
     repository in package.json.
  4. Run ${manager} run report: it writes CONFORMANCE.md for your users.
  5. Release: ${manager} exec changeset version, commit, ${manager} run release.
`;
}
