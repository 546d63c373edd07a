/** DATA, RESULT and ACK as unit tests write them, and the turn in which an exchange gives them out. */

import type { DeliveryFrame, Exchange, Stream } from '../../src/machines/exchange.ts';
import type { AckFrame, DataFrame, FailureFrame, Part, ValueFrame } from '../../src/words/frame.ts';

/** A credit that no test uses up. */
export const AMPLE = 2 ** 40;

/** So many bytes, of which no two neighbours are equal: parts in disorder are seen. */
export function pattern(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index) % 251);
}

export function data(number: number, payload: Uint8Array = Uint8Array.of(number), part: Part = 'whole'): DataFrame {
  return { type: 'data', number, part, payload };
}

export function value(number: number, bytes: Uint8Array = Uint8Array.of(number), part: Part = 'whole'): ValueFrame {
  return { type: 'result', ok: true, number, part, value: bytes };
}

export function failure(number: number, code = 'full', text = 'no room'): FailureFrame {
  return { type: 'result', ok: false, number, code, text };
}

/** Counters that are left out are 0, and there is ample room. */
export function ack(counters: Partial<Omit<AckFrame, 'type'>>): AckFrame {
  return { type: 'ack', received: 0, handled: 0, settled: 0, read: 0, limit: AMPLE, ...counters };
}

/** The frames of one turn. Nothing else leaves, and everything is let through, unless told otherwise. */
export function turn(exchange: Pick<Exchange, 'next'>, stream: Partial<Stream> = {}): DeliveryFrame[] {
  const frames: DeliveryFrame[] = [];
  const isLeaving = (): boolean => stream.isLeaving === true || frames.length > 0;
  const next = (): DeliveryFrame | undefined =>
    exchange.next({ bytesIn: 0, takesPayload: true, ...stream, isLeaving: isLeaving() });
  for (let frame = next(); frame !== undefined; frame = next()) frames.push(frame);
  return frames;
}

/** How many bytes of a frame are the application's, and which frame it is: `data 3 middle 65472`. */
export function sketch(frame: DeliveryFrame): string {
  if (frame.type === 'ack') return `ack ${frame.received} ${frame.handled} ${frame.settled}`;
  if (frame.type === 'data') return `data ${frame.number} ${frame.part} ${frame.payload.length}`;
  return frame.ok
    ? `result ${frame.number} ${frame.part} ${frame.value.length}`
    : `result ${frame.number} ${frame.code}`;
}
