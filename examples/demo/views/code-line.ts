import { type Html, html } from './html.ts';

/** The line of code in `routes/` behind a card. */
export function codeLine(code: string, remark: string): Html {
  return html`<p class="code-line"><code>${code}</code> <span>${remark}</span></p>`;
}
