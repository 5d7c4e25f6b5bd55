import { within } from './within.ts';

/** Where requests wait until the test lets them continue, so that tests can order events without sleeping. */
export class Gate {
  #waiting = 0;
  #isOpen = false;
  #pass: (() => void)[] = [];
  #counters: { wanted: number; resolve: () => void }[] = [];

  /** For the application: waits until the gate is open. */
  pass(): Promise<void> {
    this.#waiting += 1;
    const reached = this.#counters.filter(({ wanted }) => wanted <= this.#waiting);
    for (const { resolve } of reached) resolve();
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve) => this.#pass.push(resolve));
  }

  /** For the test: resolves once this many calls of `pass` have been made. */
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
