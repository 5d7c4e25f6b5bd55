export interface Product {
  id: string;
  name: string;
  origin: string;
  /** In cents. */
  price: number;
}

export const catalog: readonly Product[] = [
  { id: 'sencha', name: 'Sencha', origin: 'Shizuoka, Japan', price: 890 },
  { id: 'assam', name: 'Assam', origin: 'Brahmaputra valley, India', price: 720 },
  { id: 'rooibos', name: 'Rooibos', origin: 'Cederberg, South Africa', price: 540 },
];

export function findProduct(id: unknown): Product | undefined {
  return catalog.find((product) => product.id === id);
}
