/** What has happened, in its order, for tests that wait for it: nothing is missed, and nobody sleeps. */
export class Tape<Item> {
  readonly items: Item[] = [];
  #waiting: (() => void)[] = [];

  push(item: Item): void {
    this.items.push(item);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The items that fit. */
  all<Kind extends Item>(fits: (item: Item) => item is Kind): Kind[];
  all(fits: (item: Item) => boolean): Item[];
  all(fits: (item: Item) => boolean): Item[] {
    return this.items.filter(fits);
  }

  /** The first item that fits, past or to come. */
  async first<Kind extends Item>(fits: (item: Item) => item is Kind): Promise<Kind>;
  async first(fits?: (item: Item) => boolean): Promise<Item>;
  async first(fits: (item: Item) => boolean = () => true): Promise<Item> {
    const found: Item[] = [];
    await this.until((items) => {
      found.push(...items.filter(fits).slice(0, 1));
      return found.length > 0;
    });
    return found[0] as Item;
  }

  /** Waits until this holds; asked again after each item. */
  async until(holds: (items: readonly Item[]) => boolean): Promise<void> {
    while (!holds(this.items)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Waits until there are so many items, and gives them. */
  async count(count: number): Promise<readonly Item[]> {
    await this.until(({ length }) => length >= count);
    return this.items.slice(0, count);
  }
}
