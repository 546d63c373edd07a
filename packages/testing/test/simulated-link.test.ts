import type { TransportError, TransportListener } from '@systole/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { chunksOf, randomChunks } from '../src/chunking.ts';
import type { LinkEnd } from '../src/link-end.ts';
import { ManualClock } from '../src/manual-clock.ts';
import { seededRandom } from '../src/random.ts';
import type { SimulatedClock } from '../src/simulated-clock.ts';
import { type LinkOptions, SimulatedLink } from '../src/simulated-link.ts';
import { SimulatedWorld } from '../src/simulated-world.ts';

const RESET = { code: 'ECONNRESET', syscall: 'read' };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Keeps what an end is told, with the time. */
class Recorder implements TransportListener {
  readonly told: string[] = [];
  readonly chunks: Uint8Array[] = [];
  error: TransportError | undefined;
  onBytes: ((chunk: Uint8Array) => void) | undefined;
  readonly #clock: SimulatedClock;

  constructor(clock: SimulatedClock, end: LinkEnd) {
    this.#clock = clock;
    end.attach(this);
  }

  get text(): string {
    return this.chunks.map((chunk) => new TextDecoder().decode(chunk)).join('');
  }

  get byteCount(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  handleBytes(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.#tell(chunk.length > 20 ? `${chunk.length} bytes` : new TextDecoder().decode(chunk));
    this.onBytes?.(chunk);
  }

  handleEnd(): void {
    this.#tell('end');
  }

  handleDrained(): void {
    this.#tell('drained');
  }

  handleClosed(error?: TransportError): void {
    this.error = error;
    this.#tell(error === undefined ? 'closed' : `closed by ${error.code}`);
  }

  #tell(what: string): void {
    this.told.push(`${this.#clock.now()} ${what}`);
  }
}

describe('SimulatedLink', () => {
  let world: SimulatedWorld;
  let clocks: { a: SimulatedClock; b: SimulatedClock };
  let link: SimulatedLink;
  let a: Recorder;
  let b: Recorder;

  function connect(options: LinkOptions = {}): void {
    link = new SimulatedLink(clocks.a, clocks.b, options);
    a = new Recorder(clocks.a, link.a);
    b = new Recorder(clocks.b, link.b);
  }

  beforeEach(() => {
    world = new SimulatedWorld();
    clocks = { a: world.clock(), b: world.clock() };
  });

  describe('carries', () => {
    it('bytes with a latency of 30 ms there and 50 ms back', () => {
      connect({ latencyMs: 30, bToA: { latencyMs: 50 } });
      link.a.write([bytes('pi'), bytes('ng')]);
      b.onBytes = () => link.b.write([bytes('pong')]);
      world.advance(1000);
      expect(b.told).toEqual(['30 ping']);
      expect(a.told).toEqual(['80 pong']);
    });

    it('bytes in order, whatever latencies are drawn', () => {
      connect({ latencyMs: seededRandomBetween(0, 100) });
      const text = 'abcdefghijklmnopqrstuvwxyz';
      for (const letter of text) {
        link.a.write([bytes(letter)]);
        world.advance(3);
      }
      world.advance(100);
      expect(b.text).toBe(text);
    });

    it('bytes as 1 chunk each, or cut up at random: 5 writes of 3 bytes are 15 bytes', () => {
      connect({ aToB: { chunking: chunksOf(1) }, bToA: { chunking: randomChunks(seededRandom(7), 4) } });
      for (let i = 0; i < 5; i += 1) link.a.write([bytes('abc')]);
      link.b.write([bytes('0123456789')]);
      world.advance(0);
      expect(b.chunks.map((chunk) => chunk.length)).toEqual(Array(15).fill(1));
      expect(a.text).toBe('0123456789');
      expect(a.chunks.length).toBeGreaterThan(1);
    });

    it('between two ends in the same process, on a ManualClock', () => {
      const clock = new ManualClock();
      const own = new SimulatedLink(clock, clock, { latencyMs: 5 });
      const reader = new Recorder(clock, own.b);
      own.a.write([bytes('hello')]);
      clock.advance(10);
      expect(reader.told).toEqual(['5 hello']);
    });

    it('what was written before anybody was attached', () => {
      const own = new SimulatedLink(clocks.a, clocks.b);
      own.a.write([bytes('early')]);
      own.a.end();
      world.advance(10);
      const reader = new Recorder(clocks.b, own.b);
      expect(reader.told).toEqual([]);
      world.advance(0);
      expect(reader.told).toEqual(['10 early', '10 end']);
    });

    it('nothing to a listener that was detached, and everything to the next', () => {
      connect();
      link.b.detach();
      link.a.write([bytes('hello')]);
      world.advance(10);
      const next = new Recorder(clocks.b, link.b);
      world.advance(0);
      expect(b.told).toEqual([]);
      expect(next.told).toEqual(['10 hello']);
    });

    it('a copy: the writer may use its chunk again once unwritten is 0', () => {
      connect({ latencyMs: 10 });
      const chunk = bytes('good');
      link.a.write([chunk]);
      expect(link.a.unwritten).toBe(0);
      chunk.fill(0);
      world.advance(10);
      expect(b.text).toBe('good');
    });

    it('and counts writes, bytes written and bytes read, in each direction', () => {
      connect({ latencyMs: 10 });
      link.a.write([bytes('ab'), bytes('c')]);
      link.a.write([]);
      link.a.write([bytes('d')]);
      expect(link.aToB).toEqual({ writes: 2, writtenBytes: 4, readBytes: 0 });
      world.advance(10);
      expect(link.aToB).toEqual({ writes: 2, writtenBytes: 4, readBytes: 4 });
      expect(link.bToA).toEqual({ writes: 0, writtenBytes: 0, readBytes: 0 });
    });

    it('a rest that was left because the listener has thrown', () => {
      connect({ chunking: chunksOf(1) });
      b.onBytes = () => {
        b.onBytes = undefined;
        throw new Error('broken');
      };
      link.a.write([bytes('abc')]);
      expect(() => world.advance(10)).toThrow('broken');
      world.advance(10);
      expect(b.text).toBe('abc');
    });

    it('only between processes of one world, with latencies of 0 or more, and with all bytes that a chunking was given', () => {
      expect(() => new SimulatedLink(clocks.a, new ManualClock())).toThrow(TypeError);
      connect({ latencyMs: -1 });
      expect(() => link.a.write([bytes('a')])).toThrow(RangeError);
      connect({ chunking: () => [] });
      link.a.write([bytes('a')]);
      expect(() => world.advance(0)).toThrow('chunking');
    });
  });

  describe('stalled', () => {
    it('is read after the stall, and after the alarms that are late', () => {
      connect({ latencyMs: 10 });
      clocks.b.alarm({ handleAlarm: () => b.told.push(`${clocks.b.now()} alarm`) }).set(500);
      clocks.b.stall(2000);
      link.a.write([bytes('one')]);
      world.advance(100);
      link.a.write([bytes('two')]);
      world.advance(3000);
      expect(b.told).toEqual(['2000 alarm', '2000 onetwo']);
    });

    it('lets unwritten grow beyond 1000 bytes of buffers, and tells drained when they have been read', () => {
      connect({ latencyMs: 10, bufferBytes: 1000 });
      clocks.b.stall(2000);
      link.a.write([new Uint8Array(900)]);
      expect(link.a.unwritten).toBe(0);
      link.a.write([new Uint8Array(300), new Uint8Array(300)]);
      expect(link.a.unwritten).toBe(500);
      world.advance(1999);
      expect(link.a.unwritten).toBe(500);
      world.advance(1000);
      expect(link.a.unwritten).toBe(0);
      expect(a.told).toEqual(['2010 drained']); // the peer's window comes back after 10 ms
      expect(b.byteCount).toBe(1500);
    });

    it('tells drained also when a write of 10 bytes finds room of which the news are on their way', () => {
      connect({ latencyMs: 10, bufferBytes: 100 });
      link.a.write([new Uint8Array(150)]);
      world.advance(15); // read at 10, known here at 20
      expect(link.a.unwritten).toBe(50);
      link.a.write([new Uint8Array(10)]);
      expect(link.a.unwritten).toBe(0);
      world.advance(100);
      expect(a.told).toEqual(['15 drained']);
      expect(b.byteCount).toBe(160);
    });

    it('or paused behaves alike, and reads on when resumed', () => {
      connect({ bufferBytes: 1000 });
      link.b.pause();
      link.a.write([new Uint8Array(2500)]);
      link.a.end();
      world.advance(1000);
      expect(link.a.unwritten).toBe(1500);
      expect(b.told).toEqual([]);
      link.b.resume();
      world.advance(1000);
      expect(b.byteCount).toBe(2500);
      expect(b.told.at(-1)).toBe('1000 end');
      expect(a.told).toEqual(['1000 drained']);
    });

    it('or paused in the middle of a chunk keeps the rest for later', () => {
      connect({ chunking: chunksOf(1) });
      b.onBytes = () => link.b.pause();
      link.a.write([bytes('abc')]);
      world.advance(10);
      expect(b.text).toBe('a');
      link.b.resume();
      world.advance(0);
      expect(b.text).toBe('ab');
    });
  });

  describe('cut', () => {
    it('carries nothing and tells nobody, but for what was on its way', () => {
      connect({ latencyMs: 10 });
      link.a.write([bytes('on its way')]);
      link.cut();
      link.a.write([bytes('lost')]);
      link.b.write([bytes('lost')]);
      world.advance(100_000);
      expect(b.told).toEqual(['10 on its way']);
      expect(a.told).toEqual([]);
    });

    it.each([
      [100, 210],
      [210, 210],
      [211, 420],
      [1000, 1680],
      [13_000, 13_440],
      [14_000, 26_880],
      [300_000, 335_040], // the gap has stopped doubling at 120 s
    ])('and healed after %d ms delivers what was lost %d ms after it was sent, in order', (cutMs, arrivesAt) => {
      connect();
      link.cut();
      link.a.write([bytes('first')]);
      world.advance(50);
      link.a.write([bytes('second')]);
      world.advance(cutMs - 50);
      link.heal();
      link.a.write([bytes('third')]);
      expect(b.told).toEqual([]);
      world.advance(2_000_000);
      expect(b.text).toBe('firstsecondthird');
      expect(a.told).toEqual([]); // nobody has given up
      expect(b.told.every((told) => told.startsWith(`${arrivesAt} `))).toBe(true);
    });

    it('again before the next attempt is an outage that goes on: 0.21 s are missed, 1.68 s hit', () => {
      connect();
      link.cut();
      link.a.write([bytes('patient')]);
      world.advance(100);
      link.heal();
      world.advance(50);
      link.cut();
      world.advance(1000);
      link.heal();
      world.advance(10_000);
      expect(b.told).toEqual(['1680 patient']);
    });

    it('in 1 of 2 directions carries the other one', () => {
      connect();
      link.cut('a-to-b');
      link.a.write([bytes('lost')]);
      link.b.write([bytes('heard')]);
      world.advance(1000);
      expect(a.told).toEqual(['0 heard']);
      expect(b.told).toEqual([]);
      link.cut('b-to-a');
      link.heal('a-to-b');
      link.b.write([bytes('lost')]);
      world.advance(10_000);
      expect(b.text).toBe('lost');
      expect(a.text).toBe('heard');
    });

    it('for 924.6 s after an unacknowledged write ends it with ETIMEDOUT, and a reader never', () => {
      connect();
      link.cut();
      world.advance(400);
      link.a.write([bytes('anybody?')]);
      world.advance(2_000_000);
      expect(a.told).toEqual(['925000 closed by ETIMEDOUT']);
      expect(a.error).toEqual({ code: 'ETIMEDOUT', syscall: 'read' });
      expect(b.told).toEqual([]);
    });

    it('never ends a reader whose news of room are lost, but its own write, 924.6 s after that', () => {
      connect({ bufferBytes: 100 });
      link.b.pause();
      link.a.write([new Uint8Array(150)]);
      world.advance(0);
      link.cut();
      link.b.resume();
      world.advance(2_000_000);
      expect(link.a.unwritten).toBe(50);
      expect(b.told).toEqual(['0 100 bytes']);
      link.b.write([bytes('anybody?')]);
      world.advance(2_000_000);
      expect(b.told.slice(1)).toEqual(['2924600 closed by ETIMEDOUT']);
    });

    it('lets unwritten grow when the kernels hold 100 bytes', () => {
      connect({ bufferBytes: 100 });
      link.cut();
      link.a.write([new Uint8Array(150)]);
      world.advance(1000);
      expect(link.a.unwritten).toBe(50);
      link.heal();
      world.advance(1000);
      expect(link.a.unwritten).toBe(0);
      expect(b.byteCount).toBe(150);
    });

    it('back and forth, with any latencies, chunks, pauses and stalls, loses no byte and changes no order', () => {
      const action = fc.oneof(
        fc.record({ write: fc.integer({ min: 1, max: 300 }) }),
        fc.record({ passMs: fc.integer({ min: 0, max: 2000 }) }),
        fc.record({ stallMs: fc.integer({ min: 0, max: 2000 }) }),
        fc.record({ does: fc.constantFrom('cut', 'heal', 'pause', 'resume') }),
      );
      fc.assert(
        fc.property(fc.array(action, { maxLength: 50 }), fc.nat(), (actions, seed) => {
          world = new SimulatedWorld();
          clocks = { a: world.clock(), b: world.clock() };
          const random = seededRandom(seed);
          connect({ latencyMs: () => random() * 300, chunking: randomChunks(random, 100), bufferBytes: 256 });
          let sent = 0;
          for (const step of actions) {
            if ('write' in step) {
              link.a.write([Uint8Array.from({ length: step.write }, (_, i) => sent + i)]);
              sent += step.write;
            } else if ('passMs' in step) world.advance(step.passMs);
            else if ('stallMs' in step) clocks.b.stall(step.stallMs);
            else if (step.does === 'cut' || step.does === 'heal') link[step.does]();
            else link.b[step.does as 'pause' | 'resume']();
          }
          link.a.end();
          link.heal();
          link.b.resume();
          world.advance(1_000_000);
          expect(b.chunks.flatMap((chunk) => [...chunk])).toEqual(Array.from({ length: sent }, (_, i) => i % 256));
          expect(b.told.at(-1)).toMatch(/ end$/);
          expect(link.a.unwritten).toBe(0);
          expect(link.aToB).toEqual({ writes: expect.any(Number), writtenBytes: sent, readBytes: sent });
        }),
      );
    });
  });

  describe('ended', () => {
    it('by both ends is closed at both, after a FIN each', () => {
      connect({ latencyMs: 10 });
      link.a.write([bytes('bye')]);
      link.a.end();
      link.a.write([bytes('too late')]);
      world.advance(100);
      expect(b.told).toEqual(['10 bye', '10 end']);
      expect(a.told).toEqual([]);
      link.b.write([bytes('bye')]);
      link.b.end();
      link.b.end();
      world.advance(100);
      expect(a.told).toEqual(['110 bye', '110 end', '110 closed']);
      expect(b.told).toEqual(['10 bye', '10 end', '100 closed']);
    });

    it('while a queue waits sends its FIN behind it', () => {
      connect({ bufferBytes: 10 });
      link.a.write([bytes('0123456789abcdef')]);
      link.a.end();
      expect(link.a.unwritten).toBe(6);
      world.advance(0);
      expect(b.text).toBe('0123456789abcdef');
      expect(b.told.at(-1)).toBe('0 end');
      expect(a.told).toEqual(['0 drained']);
    });

    it('by destroy is closed at once, tells nothing else, and sends FIN to the peer', () => {
      connect({ latencyMs: 10, bufferBytes: 100 });
      link.a.write([new Uint8Array(1000)]);
      link.b.write([bytes('late')]);
      world.advance(5);
      link.a.destroy();
      link.a.destroy();
      link.a.write([bytes('nothing')]);
      expect(a.told).toEqual([]);
      world.advance(0);
      expect(a.told).toEqual(['5 closed']);
      expect(link.a.unwritten).toBe(0);
      world.advance(1000);
      expect(a.told).toEqual(['5 closed']);
      expect(b.byteCount).toBe(100); // what the kernel had taken
      expect(b.told.slice(1)).toEqual(['15 end', '20 closed by ECONNRESET']); // for "late" has met a closed end
    });

    it('by destroy with unread bytes resets the peer', () => {
      connect({ latencyMs: 10 });
      link.b.pause();
      link.a.write([bytes('unread')]);
      world.advance(100);
      link.b.destroy();
      world.advance(100);
      expect(b.told).toEqual(['100 closed']);
      expect(a.told).toEqual(['110 closed by ECONNRESET']);
      expect(a.error).toEqual(RESET);
    });

    it('by destroy from within the first of 3 chunks does not tell the others', () => {
      connect({ chunking: chunksOf(1) });
      b.onBytes = () => link.b.destroy();
      link.a.write([bytes('abc')]);
      world.advance(10);
      expect(b.told).toEqual(['0 a', '0 closed']);
      expect(a.told).toEqual(['0 closed by ECONNRESET']);
    });

    it('by the peer answers the next write with a reset', () => {
      connect({ latencyMs: 10 });
      link.b.destroy();
      world.advance(100);
      expect(a.told).toEqual(['10 end']);
      link.a.write([bytes('to nobody')]);
      world.advance(100);
      expect(a.told).toEqual(['10 end', '120 closed by ECONNRESET']);
    });

    it('by reset tells both ECONNRESET, after the bytes that had come', () => {
      connect({ latencyMs: 10 });
      clocks.b.stall(500);
      link.a.write([bytes('in time')]);
      world.advance(100);
      link.reset();
      world.advance(1000);
      expect(a.told).toEqual(['100 closed by ECONNRESET']);
      expect(b.told).toEqual(['500 in time', '500 closed by ECONNRESET']);
    });

    it('while paused tells a reset, but neither bytes nor an end', () => {
      connect();
      link.b.pause();
      link.a.write([bytes('unread')]);
      link.a.end();
      world.advance(10);
      link.reset();
      world.advance(10);
      expect(b.told).toEqual(['10 closed by ECONNRESET']);
    });

    it('before anybody was attached tells it then, once, asynchronously', () => {
      const own = new SimulatedLink(clocks.a, clocks.b);
      own.a.destroy();
      own.reset();
      world.advance(10);
      const [closed, failed] = [new Recorder(clocks.a, own.a), new Recorder(clocks.b, own.b)];
      expect([closed.told, failed.told]).toEqual([[], []]);
      world.advance(10);
      expect([closed.told, failed.told]).toEqual([['10 closed'], ['10 closed by ECONNRESET']]);
    });

    it('during a cut loses its reset for ever, but not its FIN', () => {
      connect();
      link.b.pause();
      link.a.write([bytes('unread')]);
      world.advance(10);
      link.cut();
      link.b.destroy(); // an RST is sent once
      world.advance(1000);
      link.heal();
      world.advance(100_000);
      expect(a.told).toEqual([]); // half open, and nobody knows
      connect();
      link.cut();
      link.b.destroy();
      link.heal();
      world.advance(1000);
      expect(a.told.map((told) => told.split(' ')[1])).toEqual(['end']);
    });
  });

  describe('crashed', () => {
    it('at one end tells the other nothing, neither healed nor after a day of silence', () => {
      connect({ latencyMs: 10 });
      link.a.write([bytes('last words')]);
      link.crash('a');
      link.a.write([bytes('nothing')]);
      link.a.end();
      link.a.destroy();
      link.heal();
      world.advance(86_400_000);
      expect(b.told).toEqual(['10 last words']);
      expect(a.told).toEqual([]);
    });

    it('at one end ends the write of the other with ETIMEDOUT, 15 minutes later', () => {
      connect({ latencyMs: 10 });
      link.crash('a');
      world.advance(5000);
      link.b.write([bytes('anybody?')]);
      world.advance(2_000_000);
      expect(b.told).toEqual(['929600 closed by ETIMEDOUT']);
    });

    it('at one end while a write is on its way ends that with ETIMEDOUT, too', () => {
      connect({ latencyMs: 10 });
      link.b.write([bytes('on its way')]);
      link.crash('a');
      world.advance(2_000_000);
      expect(b.told).toEqual(['924610 closed by ETIMEDOUT']);
    });
  });
});

function seededRandomBetween(min: number, max: number): () => number {
  const random = seededRandom(1);
  return () => min + random() * (max - min);
}
