import { describe, expect, it } from 'vitest';
import { HELP, parseArguments, parsePlace } from '../../src/script/arguments.ts';

describe('a place on the command line', () => {
  it.each([
    ['7000', 7_000],
    ['127.0.0.1:7000', { host: '127.0.0.1', port: 7_000 }],
    ['example.org:7000', { host: 'example.org', port: 7_000 }],
    ['[::1]:7000', { host: '::1', port: 7_000 }],
    ['./a.sock', { path: './a.sock' }],
    ['', undefined],
    ['host', undefined],
    ['70000', undefined],
    ['::1:7000', undefined],
    ['host:', undefined],
    [':7000', undefined],
  ] as const)('%o is %o', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });
});

describe('the command line', () => {
  it('has a target, and defaults for all else', () => {
    expect(parseArguments(['--target', '7000'])).toEqual({
      proxy: { target: 7_000, listen: 0 },
      http: undefined,
      asJson: false,
      wantsHelp: false,
    });
  });

  it('takes every flag that --help shows', () => {
    const args = ['--target', '1', '--listen', 'a:2', '--http', '3', '--connect-timeout', '250', '--json'];
    expect(parseArguments(args)).toEqual({
      proxy: { target: 1, listen: { host: 'a', port: 2 }, connectTimeout: 250 },
      http: 3,
      asJson: true,
      wantsHelp: false,
    });
    const flags = [...HELP.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag);
    expect(flags.filter((flag) => !args.includes(flag ?? ''))).toEqual(['--help']);
    expect(parseArguments(['-h']).wantsHelp).toBe(true);
  });

  it('takes a duration with its unit, such as 1500ms, as it is written: what is none is found with the other options', () => {
    const timeoutOf = (text: string) =>
      parseArguments(['--target', '1', '--connect-timeout', text]).proxy.connectTimeout;
    expect(['1500ms', '1.5s', 'soon'].map(timeoutOf)).toEqual(['1500ms', '1.5s', 'soon']);
  });

  it('that is wrong is told about all 3 places at once', () => {
    const call = (): unknown => parseArguments(['--listen', 'x', '--http', 'y']);
    expect(call).toThrow(/--target .* got nothing\n--listen .* got "x"\n--http .* got "y"/);
    expect(() => parseArguments(['--target', '1', '--force'])).toThrow("Unknown option '--force'");
    expect(() => parseArguments(['7000'])).toThrow(/Unexpected argument '7000'/);
  });
});
