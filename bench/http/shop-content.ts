import { sessionContent } from '../workload/content.ts';
import type { ShopContent } from './application.ts';

/** The workload's content of session number `n`, as one object. */
export function shopContent(n: number): ShopContent {
  const { data, flash } = sessionContent(n);
  return { ...data, flash } as unknown as ShopContent;
}

/** What a bare framework answers: as long as what the others read from a session. */
export const plainEmail = shopContent(0).user.email;

/** What a request asks for, from its path. */
export function routeOf(url: string): { route: 'fill' | 'read' | 'rw' | 'views'; number: number } {
  const [, route = '', number = '0'] = url.split('/');
  if (route !== 'fill' && route !== 'read' && route !== 'rw' && route !== 'views') {
    throw new Error(`There is no ${url}.`);
  }
  return { route, number: Number(number) };
}
