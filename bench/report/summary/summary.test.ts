import { describe, expect, it } from 'vitest';
import { results, run, sqlite } from '../../test/sample-results.ts';
import { quoted } from './readme-quote.ts';
import { summary } from './summary.ts';

const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const rowOf = (name: string) => rows(summary(results)).find(([first]) => first === name);

describe('summary', () => {
  it('gives the bare backend in operations per second', () => {
    expect(rowOf('*SQLite*: statements')?.slice(1)).toEqual([...Array(4).fill('1,000 · 1,000'), '20.0 ms']);
  });

  it('shows the noise', () => {
    expect(rowOf('the same code again')?.[1]).toBe('0.97 · 1.04');
  });

  it('prints ours in bold where no peer is ahead, and only there', () => {
    expect(rowOf('**@store/sqlite, database given**')?.slice(1)).toEqual([
      ...Array(4).fill('0.80 · **1.50**'),
      '**0.50 ms**',
    ]);
  });

  it('names the best peer of each column, and what it spares itself', () => {
    expect(rowOf('best peer')?.[1]).toBe('0.90 <sup>1</sup> · 0.95 <sup>1</sup>');
    expect(summary(results)).toContain('<sup>1</sup> careless 1.2.3 (no expiry)');
    expect(summary(results)).toContain('ahead in no column: creator 4.5.6.');
  });

  it('lists servers by what their sessions cost, below the bare ones', () => {
    const names = rows(summary(results)).map(([name]) => name);
    expect(names.slice(-3)).toEqual([
      '*Express*: bare',
      '**@store/session + SQLite**',
      'express-session 1.19.0, MemoryStore',
    ]);
    expect(rowOf('**@store/session + SQLite**')?.slice(1)).toEqual(['90.0', '180', '1,500', '12.0 ms']);
  });

  it('says once when and where, for all parts that it is true of', () => {
    const later = { ...sqlite, title: 'Files', run: { ...run, quick: true } };
    const text = summary({ ...results, backends: { sqlite, file: later } });
    const machine = 'run of 2026-01-02, Node v24.0.0, Linux 6.1.0, 2 × Some Processor, files on a disk.';
    expect(text).toContain(`SQLite, HTTP: full ${machine} Files: quick ${machine}`);
  });
});

describe('quoted', () => {
  it('replaces what stands between the marks and nothing else', () => {
    const page = 'before\n<!-- a.md -->\nold\n<!-- end of a.md -->\nafter\n';
    expect(quoted(page, 'a.md', 'new\n')).toBe('before\n<!-- a.md -->\nnew\n<!-- end of a.md -->\nafter\n');
  });

  it('refuses a page without the marks', () => {
    expect(() => quoted('page', 'a.md', 'new')).toThrow('has no place for a.md');
  });
});
