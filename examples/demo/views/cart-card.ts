import { catalog, type Product } from '../catalog.ts';
import type { Cart } from '../demo-session.ts';
import { codeLine } from './code-line.ts';
import { type Html, html } from './html.ts';

const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
const price = (cents: number) => euros.format(cents / 100);

/** @param countsEach Whether the store keeps the writes of all parallel requests. */
export function cartCard(cart: Readonly<Cart>, countsEach: boolean): Html {
  const total = catalog.reduce((sum, { id, price: cents }) => sum + (cart[id] ?? 0) * cents, 0);
  const count = catalog.reduce((sum, { id }) => sum + (cart[id] ?? 0), 0);
  return html`<section class="card" aria-labelledby="cart">
<h2 id="cart">Tea shop</h2>
<ul class="shelf">
${catalog.map((product) => shelfItem(product, cart[product.id] ?? 0))}</ul>
<p class="total"><span>Your cart: ${count === 1 ? '1 tea' : `${count} teas`}</span><strong>${price(total)}</strong></p>
${codeLine("session.update('cart', (cart = {}) => changeCount(cart, product.id, +1));", countsEach ? 'clicks that arrive together all count' : 'when clicks arrive together, only the last counts')}
</section>`;
}

function shelfItem({ id, name, origin, price: cents }: Product, count: number): Html {
  return html`<li>
<span class="leaf" data-tea="${id}" aria-hidden="true"></span>
<div class="tea"><strong>${name}</strong><span>${origin}</span></div>
<span class="price">${price(cents)}</span>
<form class="stepper" method="post">
<input type="hidden" name="product" value="${id}">
<button formaction="/cart/remove" aria-label="One ${name} less"${count === 0 && html` disabled`}>−</button>
<output aria-label="${name} in your cart">${count}</output>
<button formaction="/cart/add" aria-label="Add ${name}">+</button>
</form>
</li>
`;
}
