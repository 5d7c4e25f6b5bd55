/**
 * Everything that can be read from a text without a key: the text itself, and every part of it that is encoded as base64, base64url,
 * hex or percent-encoding, wherever that part starts.
 */
export function readableText(text: string): string {
  const runs = text.match(/[\w+/-]{4,}/g) ?? [];
  const decoded = runs.flatMap((run) => [
    ...[0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('latin1')),
    ...[0, 1].map((from) => Buffer.from(run.slice(from), 'hex').toString('latin1')),
  ]);
  const percent = text.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return [text, percent, ...decoded].join('\n');
}
