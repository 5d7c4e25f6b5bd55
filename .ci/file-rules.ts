const vague = /^(utils?|helpers?|common|shared|misc)(\.|$)/;

/** The maximum number of lines in a file; the first matching pattern applies. */
const limits: [RegExp, number][] = [
  [/\.test(-d)?\.ts$|(^|\/)test\//, 300],
  [/^CONTRIBUTING\.md$/, 120],
  [/^packages\/[^/]+\/README\.md$/, 250],
  [/\.(ts|js|mjs|css|html)$/, 300],
];

/** Returns the problems with a file's name or length, as text. `path` is relative to the root, with forward slashes. */
export function fileProblems(path: string, lines: number): string[] {
  const name = path.split('/').find((part) => vague.test(part));
  const limit = limits.find(([pattern]) => pattern.test(path))?.[1] ?? Number.POSITIVE_INFINITY;
  return [
    ...(name === undefined ? [] : [`"${name}" says nothing: name the one concept inside`]),
    ...(lines > limit
      ? [`has ${lines} lines, at most ${limit} allowed: is there a second concept inside?`]
      : []),
  ];
}
