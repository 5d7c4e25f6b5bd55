/**
 * An error and its causes in one line, the way a person tells it. Test runners show the text of an error and drop what else
 * there is to it.
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
