/** Messages that wait for their acknowledgement, for systems that have none of their own. */

export class Unanswered {
  readonly #waiting = new Map<number, () => void>();

  /** Resolves when this number is acknowledged. */
  wait(number: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }

  /** @throws Error if nobody waits for this number: nothing that is sent after it can be trusted. */
  acknowledge(number: number): void {
    const resolve = this.#waiting.get(number);
    if (resolve === undefined) throw new Error(`an acknowledgement of ${number}, which nobody waits for`);
    this.#waiting.delete(number);
    resolve();
  }
}
