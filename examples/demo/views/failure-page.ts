import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

export function failurePage(title: string, text: string): Html {
  return layout(
    title,
    html`<main class="failure">
<h1>${title}</h1>
<p>${text}</p>
<p><a href="/">Back to the shop</a></p>
</main>`,
  );
}
