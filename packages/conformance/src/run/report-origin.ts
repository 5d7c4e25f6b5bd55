import { readFile } from 'node:fs/promises';

/** A line that names the driver, the versions used, and the date. @param driver The URL of the driver module */
export async function reportOrigin(driver: URL): Promise<string> {
  const [own, suite, core] = await Promise.all([
    nearestPackage(driver),
    nearestPackage(new URL(import.meta.url)),
    nearestPackage(new URL(import.meta.resolve('@store/core'))),
  ]);
  const today = new Date().toISOString().slice(0, 10);
  return `${own}, by ${suite} with ${core} on Node ${process.versions.node}, ${today}.`;
}

/** The name and version from the nearest package.json above a file that has them. */
async function nearestPackage(file: URL): Promise<string> {
  for (let folder = new URL('.', file); ; folder = new URL('..', folder)) {
    const text = await readFile(new URL('package.json', folder), 'utf8').catch(() => '{}');
    const { name, version } = JSON.parse(text) as { name?: string; version?: string };
    if (name !== undefined) return version === undefined ? name : `${name} ${version}`;
    if (folder.pathname === '/' || new URL('..', folder).href === folder.href)
      return 'A driver in no package';
  }
}
