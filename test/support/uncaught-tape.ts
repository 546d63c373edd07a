import process from 'node:process';
import { onTestFinished } from 'vitest';
import { Tape } from './tape.ts';

/** The exceptions that nobody catches, until the test is over; the test runner does not see them. */
export function tapeUncaught(): Tape<unknown> {
  const tape = new Tape<unknown>();
  process.setUncaughtExceptionCaptureCallback((error) => tape.push(error));
  onTestFinished(() => process.setUncaughtExceptionCaptureCallback(null));
  return tape;
}
