import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { hearKeys, KEYS, type KeyRequest, requestOf, type Terminal } from '../../src/script/keys.ts';

/** A terminal: what is typed is written to it. */
function makeTerminal(): { terminal: Terminal & PassThrough; modes: boolean[] } {
  const modes: boolean[] = [];
  const terminal = Object.assign(new PassThrough(), {
    setRawMode(mode: boolean) {
      modes.push(mode);
      return terminal;
    },
  });
  return { terminal: terminal as unknown as Terminal & PassThrough, modes };
}

describe('keys', () => {
  it('are heard without a line, and go for the direction that was chosen last', () => {
    const { terminal, modes } = makeTerminal();
    const heard: KeyRequest[] = [];
    const stop = hearKeys(terminal, (request) => heard.push(request));
    for (const key of ['b', '>', 'f', '!', '<', 'r', '=', 's', '\u0003']) terminal.emit('data', Buffer.from(key));
    expect(heard).toEqual([
      { type: 'command', command: { do: 'set', condition: 'blackholed', direction: 'both' } },
      { type: 'direction', direction: 'toServer' },
      { type: 'command', command: { do: 'set', condition: 'frozen', direction: 'toServer' } },
      { type: 'direction', direction: 'toClient' },
      { type: 'command', command: { do: 'reset', direction: 'toClient' } },
      { type: 'direction', direction: 'both' },
      { type: 'state' },
      { type: 'quit' },
    ]);
    stop();
    expect(modes).toEqual([true, false]);
    terminal.emit('data', Buffer.from('b'));
    expect(heard.length).toBe(8);
  });

  it('without a letter, such as the arrow up, ask for nothing: 1 request of 2 keys', () => {
    const { terminal } = makeTerminal();
    const heard: KeyRequest[] = [];
    const stop = hearKeys(terminal, (request) => heard.push(request));
    for (const key of ['\u001b[A', 's']) terminal.emit('data', Buffer.from(key));
    terminal.emit('keypress', undefined, { ctrl: false });
    expect(heard).toEqual([{ type: 'state' }]);
    stop();
  });

  it('that are listed all do something, and no other does', () => {
    const listed = [...KEYS.matchAll(/^ {2}(\S) {2}\S/gm)].map(([, key]) => key ?? '');
    expect(listed.length).toBe(15);
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const working = printable.filter((key) => requestOf(key, 'both') !== undefined);
    expect(working.sort()).toEqual(listed.sort());
  });
});
