import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const pages = globSync(['*.md', '{docs,bench,examples,packages}/**/*.md'], {
  cwd: root,
  // The template of npm create links to files that its first run makes.
  exclude: (path) => /node_modules|\/template\b/.test(path),
}).sort();

/** The targets of Markdown links and images, and of HTML ones. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"/g)].map(
    ([, markdown, html]) => markdown ?? html ?? '',
  );
}

/** The fragment under which GitHub shows a heading. */
const fragment = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

describe('the links in', () => {
  it.each(pages)('%s lead to files and headings that exist', (page) => {
    for (const link of linksOf(page)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(root, target)), `${link} in ${page}`).toBe(true);
      if (anchor === undefined || !target.endsWith('.md')) continue;
      const headings = [...readFileSync(join(root, target), 'utf8').matchAll(/^#+ (.*)$/gm)];
      expect(
        headings.map(([, heading = '']) => fragment(heading)),
        `${link} in ${page}`,
      ).toContain(anchor);
    }
  });
});
