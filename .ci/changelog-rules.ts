/** Returns the problems in a package's changelog, as text. The newest entry becomes the release notes. */
export function changelogProblems(changelog: string, name: string, version: string): string[] {
  const [title, ...headings] = changelog.split('\n').filter((line) => /^##? /.test(line));
  return [
    ...(title === `# ${name}` ? [] : [`does not begin with "# ${name}"`]),
    ...(headings[0] === `## ${version}` ? [] : [`its newest entry is not "## ${version}"`]),
  ];
}
