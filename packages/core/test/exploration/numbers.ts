/** Numbers for things that have a text: the same number for the same text. */
export class Numbers<Thing> {
  readonly #numbers = new Map<string, number>();
  readonly #things: Thing[] = [];
  readonly #textOf: (thing: Thing) => string;

  constructor(textOf: (thing: Thing) => string) {
    this.#textOf = textOf;
  }

  of(thing: Thing): number {
    const text = this.#textOf(thing);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#things.length);
    this.#things.push(thing);
    return this.#things.length - 1;
  }

  at(number: number): Thing {
    return this.#things[number] as Thing;
  }
}
