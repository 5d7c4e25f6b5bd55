import type { Manifest } from './workspace.ts';

const allowed = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(js|d\.ts)(\.map)?)$/;

/** Returns the problems with a packed tarball, as text: nothing from the workspace may reach users, and nothing may be missing. */
export function packedProblems(manifest: Manifest, files: string[]): string[] {
  const text = JSON.stringify(manifest);
  // A template is copied as is: its files end up in the user's own project.
  const copied = (name: string) => manifest.files?.includes('template') && name.startsWith('template/');
  const needed = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];
  return [
    ...(text.includes('workspace:') ? ['package.json has a workspace: range'] : []),
    ...(JSON.stringify(manifest.exports ?? {}).includes('/src/') ? ['exports point into src'] : []),
    ...needed.filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...files
      .filter((name) => !copied(name) && (!allowed.test(name) || name.includes('.test')))
      .map((name) => `${name} has no place in it`),
  ];
}
