/** What is wrong with a package's changelog, in words. Releases take their notes from its newest entry. */
export function changelogProblems(changelog: string, name: string, version: string): string[] {
  const [title, ...headings] = changelog.split('\n').filter((line) => /^##? /.test(line));
  return [
    ...(title === `# ${name}` ? [] : [`does not begin with "# ${name}"`]),
    ...(headings[0] === `## ${version}` ? [] : [`its newest entry is not "## ${version}"`]),
  ];
}
