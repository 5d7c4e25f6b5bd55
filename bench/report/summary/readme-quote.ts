/** The page with `text` between the marks that are made for the file `path`. */
export function quoted(page: string, path: string, text: string): string {
  const begin = `<!-- ${path} -->\n`;
  const end = `<!-- end of ${path} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The page has no place for ${path}: ${begin}${end}`);
  return page.slice(0, from + begin.length) + text + page.slice(to);
}
