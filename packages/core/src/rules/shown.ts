/** What `console.log` of Node shows of an object whose fields are private: its snapshot. Elsewhere nobody asks for it. */

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

interface Inspectable {
  inspect(): object;
}

/** Lets Node show the objects of this prototype as `name` and their snapshot. For the static block of their class. */
export function showAs(name: string, prototype: Inspectable): void {
  const value = function (this: Inspectable, _depth: number, options: object, show: Show): string {
    let snapshot: object;
    try {
      snapshot = this.inspect();
    } catch {
      return `[${name}]`; // a proxy of one, or what inherits from one: it has no private fields, and a log may not throw
    }
    return `${name} ${show(snapshot, options)}`;
  };
  Object.defineProperty(prototype, INSPECT, { value, configurable: true });
}

type Show = (value: object, options: object) => string;
