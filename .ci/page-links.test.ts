import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const pages = globSync(['*.md', '{docs,bench,examples,packages}/**/*.md'], {
  cwd: root,
  // The `npm create` template links to files that are created on its first run.
  exclude: (path) => /node_modules|\btemplate$|\/template\b/.test(path),
}).sort();

/** A page without its code blocks. */
function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```/gms, '');
}

/** The targets of all links and images, in Markdown and in HTML. */
function linksOf(page: string): string[] {
  return [...textOf(page).matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"/g)].map(
    ([, markdown, html]) => markdown ?? html ?? '',
  );
}

/** The fragment that GitHub generates for a heading. */
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
      const file = path === '' ? page : join(dirname(page), path);
      const target = existsSync(join(root, file, 'README.md')) ? join(file, 'README.md') : file;
      expect(existsSync(join(root, target)), `${link} in ${page}`).toBe(true);
      if (anchor === undefined || !target.endsWith('.md')) continue;
      const headings = [...textOf(target).matchAll(/^#+ (.*)$/gm)];
      expect(
        headings.map(([, heading = '']) => fragment(heading)),
        `${link} in ${page}`,
      ).toContain(anchor);
    }
  });
});
