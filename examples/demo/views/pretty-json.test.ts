import { describe, expect, it } from 'vitest';
import { prettyJson } from './pretty-json.ts';

const textOf = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"' })[name as string] ?? '&');

describe('prettyJson', () => {
  it('indents and colors without changing a value', () => {
    const value = { a: ['<b>', -1.5e-7, true, null], 'q"uote': '\\"', nested: {} };
    expect(JSON.parse(textOf(String(prettyJson(JSON.stringify(value)))))).toEqual(value);
  });

  it('distinguishes names, strings and literals', () => {
    expect(String(prettyJson('{"n":1}'))).toBe(
      '{\n  <span class="json-name">&quot;n&quot;</span>: <span class="json-literal">1</span>\n}',
    );
  });

  it('shows text that is not JSON unchanged', () => {
    expect(textOf(String(prettyJson('{"cut": "off')))).toBe('{"cut": "off');
  });
});
