import { within } from './within.ts';

/** Where requests wait until the test lets them go on, so that an order of events needs no sleeping. */
export class Gate {
  #waiting = 0;
  #isOpen = false;
  #pass: (() => void)[] = [];
  #counters: { wanted: number; resolve: () => void }[] = [];

  /** For the application. */
  pass(): Promise<void> {
    this.#waiting += 1;
    const reached = this.#counters.filter(({ wanted }) => wanted <= this.#waiting);
    for (const { resolve } of reached) resolve();
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve) => this.#pass.push(resolve));
  }

  /** For the test: resolves once this many have come. */
  reached(wanted = 1): Promise<void> {
    if (wanted <= this.#waiting) return Promise.resolve();
    const reached = new Promise<void>((resolve) => this.#counters.push({ wanted, resolve }));
    return within(reached, `${wanted} requests reach the gate`);
  }

  open(): void {
    this.#isOpen = true;
    for (const resolve of this.#pass.splice(0)) resolve();
  }
}
