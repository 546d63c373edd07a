import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Standing } from '../src/line.ts';
import { Line } from '../src/line.ts';

interface Person extends Standing<Person> {
  readonly name: number;
}

function person(name: number): Person {
  return { name, ahead: undefined, behind: undefined };
}

/** The names from the first to the last. */
function namesOf(line: Line<Person>): number[] {
  const names: number[] = [];
  for (let member = line.first; member !== undefined; member = member.behind) names.push(member.name);
  return names;
}

describe('Line', () => {
  it('has nobody first while nobody stands in it', () => {
    const line = new Line<Person>();
    const only = person(1);
    line.join(only);
    line.leave(only);
    expect([new Line<Person>().first, line.first]).toEqual([undefined, undefined]);
  });

  it('keeps the order of joining, whoever leaves, from wherever, and joins again', () => {
    const step = fc.record({ action: fc.constantFrom('join', 'leave', 'rejoin'), pick: fc.nat(1_000) });
    const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const line = new Line<Person>();
      const model: Person[] = [];
      steps.forEach(({ action, pick }, name) => {
        const member = model[pick % Math.max(model.length, 1)];
        if (action === 'join' || member === undefined) {
          const newcomer = person(name);
          model.push(newcomer);
          line.join(newcomer);
        } else {
          model.splice(model.indexOf(member), 1);
          line.leave(member);
          if (action === 'rejoin') {
            model.push(member);
            line.join(member);
          }
        }
        expect(namesOf(line)).toEqual(model.map((standing) => standing.name));
        for (const [index, standing] of model.entries()) expect(standing.ahead).toBe(model[index - 1]);
      });
    });
    void fc.assert(property);
  });
});
