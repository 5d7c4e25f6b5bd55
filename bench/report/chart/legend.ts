import { box, line, type Svg, text } from './svg.ts';

/** What the marks of a plot with bars mean, in one line from `x` to the right. */
export function legend(x: number, y: number): Svg {
  const marks: [draw: (x: number) => Svg, meaning: string][] = [
    [(at) => box(at, y - 9, 18, 11, 'ours', 1.5), 'ours'],
    [(at) => box(at, y - 9, 18, 11, 'peer', 1.5), 'others'],
    [(at) => box(at, y - 9, 18, 11, 'limit', 1.5), 'written by hand'],
    [(at) => line(at, y - 3.5, at + 18, y - 3.5, 'spread'), 'quartiles'],
    [(at) => box(at, y - 9, 18, 11, 'noise'), 'noise: how far the backend alone differs from itself'],
  ];
  let at = x;
  return marks
    .map(([draw, meaning]) => {
      const mark = draw(at) + text(at + 24, y, meaning, 'soft value');
      at += 24 + meaning.length * 5.7 + 24;
      return mark;
    })
    .join('\n');
}
