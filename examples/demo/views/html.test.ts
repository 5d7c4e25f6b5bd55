import { describe, expect, it } from 'vitest';
import { html } from './html.ts';

describe('html', () => {
  it('escapes interpolated values, in text and in attributes', () => {
    const name = `"><script>alert('&')</script>`;
    expect(String(html`<p title="${name}">${name}</p>`)).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</p>',
    );
  });

  it('inserts its own markup unchanged, even in lists', () => {
    expect(String(html`<ul>${['a', '<'].map((item) => html`<li>${item}</li>`)}</ul>`)).toBe(
      '<ul><li>a</li><li>&lt;</li></ul>',
    );
  });

  it('writes nothing for undefined and false, and zero for zero', () => {
    expect(String(html`[${undefined}${false}${0}]`)).toBe('[0]');
  });
});
