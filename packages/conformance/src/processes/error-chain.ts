/**
 * An error and its causes in one readable line. Test runners show only the text of an error that came from another process.
 */
export function errorChain(error: unknown): string {
  const texts: string[] = [];
  const told = new Set<unknown>();
  for (let each = error; each !== undefined && !told.has(each); ) {
    told.add(each);
    texts.push(String(each));
    each = each instanceof Error ? each.cause : undefined;
  }
  return texts.join(' Caused by: ');
}
