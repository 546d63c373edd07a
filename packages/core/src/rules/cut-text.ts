/** Texts that travel have a limit in UTF-8 bytes (W6), and are cut between two characters. */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The UTF-8 of a text, at most `maxBytes` of it: `encodeInto` stops before the first character that does not fit. */
export function encodeText(text: string, maxBytes: number): Uint8Array {
  const bytes = new Uint8Array(maxBytes);
  return bytes.subarray(0, encoder.encodeInto(text, bytes).written);
}

/** The text as it arrives where {@link encodeText} has sent it; nothing of what was cut is kept in memory. */
export function cutText(text: string, maxBytes: number): string {
  // No character takes more than 3 bytes for each of its UTF-16 units.
  return text.length * 3 <= maxBytes ? text : decoder.decode(encodeText(text, maxBytes));
}
