/** Where frames begin and end in bytes that nobody has checked. */

/** Of one frame: its length field, its type, and where the next one begins. */
export interface FrameSpan {
  readonly start: number;
  readonly type: number;
  /** The first byte of its body. */
  readonly body: number;
  readonly end: number;
}

/** The frames that are whole, from `offset` on. */
export function frameSpans(bytes: Uint8Array, offset: number): FrameSpan[] {
  const spans: FrameSpan[] = [];
  for (let start = offset; start < bytes.length; ) {
    const size = 1 << ((bytes[start] ?? 0) >> 6);
    const end = start + size + lengthAt(bytes, start, size);
    if (end > bytes.length || end === start + size) break;
    spans.push({ start, type: bytes[start + size] ?? 0, body: start + size + 1, end });
    start = end;
  }
  return spans;
}

function lengthAt(bytes: Uint8Array, start: number, size: number): number {
  let length = (bytes[start] ?? 0) & 0x3f;
  for (let at = 1; at < size; at += 1) length = length * 256 + (bytes[start + at] ?? 0);
  return length;
}

const MAGIC = [0xe5, 0x53, 0x59, 0x53];

/** Bytes of the preamble at the beginning of these; 0 where there is none. */
export function preambleSize(bytes: Uint8Array): number {
  return MAGIC.every((byte, index) => bytes[index] === byte) ? Math.min(MAGIC.length + 1, bytes.length) : 0;
}
