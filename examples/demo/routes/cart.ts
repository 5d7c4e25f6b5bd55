import { type Request, type Response, Router } from 'express';
import { findProduct } from '../catalog.ts';
import { type Cart, sessionOf } from '../demo-session.ts';

const most = 99;

/** Adds items to the cart and removes them. Each change starts from the latest count, so no click is lost when several arrive together. */
export function cartRoutes(): Router {
  const router = Router();

  router.post('/cart/add', (request, response) => {
    const product = findProduct(request.body?.product);
    if (!product) return answerUnknownProduct(request, response);
    const session = sessionOf(request);
    session.update('cart', (cart = {}) => changeCount(cart, product.id, +1));
    session.flash('notice', { tone: 'good', text: `${product.name} is in your cart.` });
    response.redirect(303, '/#cart');
  });

  router.post('/cart/remove', (request, response) => {
    const product = findProduct(request.body?.product);
    if (!product) return answerUnknownProduct(request, response);
    const session = sessionOf(request);
    session.update('cart', (cart = {}) => changeCount(cart, product.id, -1));
    session.flash('notice', { tone: 'good', text: `One ${product.name} less.` });
    response.redirect(303, '/#cart');
  });

  return router;
}

function answerUnknownProduct(request: Request, response: Response): void {
  sessionOf(request).flash('notice', { tone: 'bad', text: 'We do not have that tea.' });
  response.redirect(303, '/#cart');
}

function changeCount(cart: Readonly<Cart>, id: string, by: number): Cart {
  const { [id]: count = 0, ...others } = cart;
  const next = Math.min(most, count + by);
  return next > 0 ? { ...others, [id]: next } : others;
}
