/** Flags of a scenario: whole numbers with defaults. */

import { parseArgs } from 'node:util';

/**
 * Reads `--name 3` for each of the defaults' names.
 *
 * @throws Error that says which flag is wrong.
 */
export function parseFlags<Name extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  const { values } = parseArgs({ args: [...args], options });
  return Object.fromEntries(
    names.map((name) => {
      const value = Number(values[name] ?? defaults[name]);
      if (Number.isInteger(value) && value > 0) return [name, value];
      throw new Error(`--${name} must be a whole number above 0, got ${values[name]}`);
    }),
  ) as Record<Name, number>;
}

/** The lines that tell of them. */
export function describeFlags(flags: Readonly<Record<string, readonly [value: number, meaning: string]>>): string {
  return Object.entries(flags)
    .map(([name, [value, meaning]]) => `    --${name.padEnd(14)}${meaning} (default ${value})`)
    .join('\n');
}
