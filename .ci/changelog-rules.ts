/** The problems of a package's changelog, as text. Release notes are its newest entry. */
export function changelogProblems(changelog: string, name: string, version: string): string[] {
  const [title, ...headings] = changelog.split('\n').filter((line) => /^##? /.test(line));
  return [
    ...(title === `# ${name}` ? [] : [`does not begin with "# ${name}"`]),
    ...(headings[0] === `## ${version}` ? [] : [`its newest entry is not "## ${version}"`]),
  ];
}
