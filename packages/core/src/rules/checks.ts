/** Checks that options are made of, and one validator that reports everything at once. */

import * as v from 'valibot';
import type { OptionProblem } from '../words/errors.ts';
import { OptionsError } from '../words/errors.ts';
import { MAX_DURATION_MS, parseDuration } from './duration.ts';
import { findNearestName } from './nearest-name.ts';
import { findForeign, isPlainObject } from './plain.ts';

/** A valibot check of a duration, `250` or `'20s'`, of `minMs` to `maxMs`; without a maximum, of up to 1,000 years. */
export function durationSchema(minMs = 0, maxMs: number = MAX_DURATION_MS): v.GenericSchema {
  const atMost = maxMs === MAX_DURATION_MS ? '1,000 years' : `${maxMs} ms`;
  return v.custom((value) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= minMs && ms <= maxMs;
  }, `a duration such as 250 or '20s', of ${minMs} ms to ${atMost}`);
}

/** A valibot check of a whole number from `min` to `max`. */
export function integerSchema(min: number, max: number): v.GenericSchema {
  return v.custom(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `a whole number from ${min} to ${max}`,
  );
}

/** A valibot check of a boolean. */
export const booleanSchema: v.GenericSchema = v.boolean('true or false');

/** A valibot check of a function. */
export const functionSchema: v.GenericSchema = v.custom((value) => typeof value === 'function', 'a function');

/** A valibot check of an object that has these methods; it says which ones are missing. */
export function methodsSchema(...methods: readonly string[]): v.GenericSchema {
  const lacks = (value: unknown): string[] => methods.filter((method) => !hasMethod(value, method));
  const requirement = `an object with the methods ${methods.join(', ')}`;
  return v.custom(
    (value) => lacks(value).length === 0,
    ({ input }) => {
      const missing = lacks(input);
      return missing.length === methods.length ? requirement : `${requirement} (without ${missing.join(', ')} so far)`;
    },
  );
}

function hasMethod(value: unknown, method: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Record<string, unknown>)[method] === 'function';
}

/** A valibot check of an AbortSignal, by its methods: it may be one of a library's. */
export const signalSchema: v.GenericSchema = v.custom(
  (value) => hasMethod(value, 'addEventListener') && hasMethod(value, 'removeEventListener'),
  'an AbortSignal',
);

/** A valibot check of plain data: what arrives is what was sent. */
export const plainSchema: v.GenericSchema = v.custom(
  (value) => findForeign(value) === undefined,
  'plain data: null, booleans, numbers, strings, byte arrays, arrays and plain objects',
);

/**
 * Checks options against entries, and further rules that look at several of them.
 *
 * @throws OptionsError that lists every problem: unknown names, wrong values, contradictions.
 */
export function checkOptions(
  entries: v.ObjectEntries,
  options: unknown,
  contradictions: (options: Readonly<Record<string, unknown>>) => OptionProblem[] = () => [],
): void {
  if (!isPlainObject(options)) {
    // A URL, for one, may have a password in it.
    throw new OptionsError([{ path: 'options', requirement: 'an object', value: options, isSecret: true }]);
  }
  const result = v.safeParse(v.strictObject(entries), options);
  const problems = result.success ? [] : result.issues.flatMap((issue) => problemsOf(issue, namesIn(entries)));
  problems.push(...contradictions(options));
  if (problems.length > 0) throw new OptionsError(problems);
}

/** Options that are secrets, or hold some. */
const SECRETS = /^(credentials|tls|authenticate)\b/;

/** Names within options, which a schema that is chosen by the value does not give away. */
const INNER_NAMES: Readonly<Record<string, readonly string[]>> = {
  keepalive: ['idle', 'interval', 'probes'],
  reconnect: ['base', 'cap', 'minUptime', 'maxAttempts'],
};

function namesIn(entries: v.ObjectEntries): string[] {
  return Object.keys(entries).flatMap((name) => {
    return [name, ...(INNER_NAMES[name] ?? []).map((inner) => `${name}.${inner}`)];
  });
}

function problemsOf(issue: v.BaseIssue<unknown>, known: readonly string[]): OptionProblem[] {
  const path = v.getDotPath(issue) as string; // the options themselves are an object by now
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    // It may be a misspelt `credentials`.
    const value = issue.path?.at(-1)?.value;
    const nearest = findNearestName(path, known);
    const advice = nearest === undefined ? '' : `, did you mean ${nearest}?`;
    return [{ path, requirement: `left out (there is no such option${advice})`, value, isSecret: true }];
  }
  return [{ path, requirement: requirementOf(issue), value: issue.input, isSecret: SECRETS.test(path) }];
}

/** Where an object has no words of ours, valibot's would be shown. What it expects in quotes is the name of an entry that is missing. */
function requirementOf({ type, expected, message }: v.BaseIssue<unknown>): string {
  if (type !== 'strict_object') return message;
  if (expected?.startsWith('"') === true) return 'given';
  return message.startsWith('Invalid type') ? 'an object' : message;
}
