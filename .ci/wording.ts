/** Words and phrases that read as translated or say nothing, with what to write instead. None of them has a legitimate use here. */
const wordings: [string, string][] = [
  ['afresh', 'again, from scratch'],
  ['also when', 'even when'],
  ['anew', 'again, from scratch'],
  ['at once', 'immediately, or: at the same time'],
  ['beside', 'next to, alongside, compared with'],
  ['for good', 'permanently'],
  ['goes on', 'continues'],
  ['in the meantime', 'while …'],
  ['lets go of', 'releases'],
  ['lies in', 'is in'],
  ['meanwhile', 'while …'],
  ['somebody', 'the caller, another process'],
  ['stands in', 'is in'],
  ['takes leave', 'releases'],
  ['was given up', 'timed out, was abandoned'],
  ['who holds', 'the owner, the lock holder'],
  ['whoever', 'the caller, any process'],
  ['without a word', 'silently'],
];

const found = new RegExp(
  `\\b(${wordings.map(([words]) => words.replaceAll(' ', '\\s+(?:\\*\\s+|//\\s+)?')).join('|')})\\b`,
  'gi',
);

/** Returns the problems with a file's wording, as text, with line numbers. */
export function wordingProblems(text: string): string[] {
  return [...text.matchAll(found)].map(({ 0: match, index }) => {
    const words = match.toLowerCase().replace(/[\s*/]+/g, ' ');
    const instead = wordings.find(([wording]) => wording === words)?.[1];
    const line = text.slice(0, index).split('\n').length;
    return `line ${line} says "${words}": write ${instead}`;
  });
}
