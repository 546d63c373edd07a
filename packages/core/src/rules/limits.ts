/** The limits of the wire (W6). docs/PROTOCOL.md lists them all, and a test compares the two. */

/** A frame that comes before the handshake is over may have this length: what Node allows for the headers of a request. */
export const MAX_HANDSHAKE_FRAME_BYTES = 16_384;

/** What may come before the handshake is over, beyond one read: preamble and HELLO or WELCOME, and frames of later versions beside them. */
export const MAX_HANDSHAKE_BYTES = 65_536;

/** A later frame may have this length: with fragments of at most 64 KiB, no PING waits long behind one (W5). */
export const MAX_FRAME_BYTES = 65_536;

/** What of a message or value may go into one frame; the rest is for type, number and mark. */
export const MAX_FRAGMENT_BYTES: number = MAX_FRAME_BYTES - 64;

/** A part that is not the last must have these bytes, so that what it costs beside them does not count. */
export const MIN_FRAGMENT_BYTES = 1_024;

/** UTF-8 bytes of the code of a failed RESULT. */
export const MAX_CODE_BYTES = 64;

/** UTF-8 bytes of the text of a failed RESULT. */
export const MAX_TEXT_BYTES = 1_024;

/** UTF-8 bytes of the reason of CLOSE. */
export const MAX_REASON_BYTES = 256;

/** Bytes of the payload of health in PONG. */
export const MAX_HEALTH_BYTES = 256;

/** Characters of a session id, resume token or boot id. */
export const MAX_ID_CHARS = 64;

/** Characters of the name of a codec. */
export const MAX_CODEC_CHARS = 32;

/** Probes of a triple. */
export const MAX_PROBES = 1_000;

/** The longest ping spacing that one end may ask of the other: with more, a peer could switch our watch off. One hour. */
export const MAX_MIN_PING_INTERVAL_MS = 3_600_000;

/**
 * The longest `retryAfterMs`, and the longest `spreadMs`, that a client heeds: with more, one CLOSE could switch a fleet off, by
 * malice or by a slip. One hour.
 */
export const MAX_RETRY_MS = 3_600_000;

/** Keys of the metadata in HELLO and WELCOME. */
export const MAX_METADATA_KEYS = 64;

/** Arrays and maps within each other, in a message and in the handshake: far below what the stack takes. */
export const MAX_NESTING = 128;

/**
 * What HELLO or WELCOME may weigh when decoded (see `plain-msgpack.ts`): four times the largest frame, which is more than texts
 * come to, and 20 times less than the same bytes can be made to take. Whoever connects may send a HELLO.
 */
export const MAX_HANDSHAKE_WEIGHT = 65_536;

/** What a message may weigh for each of its bytes: only one that is mostly made of empty arrays, maps or byte arrays weighs more. */
export const MAX_WEIGHT_PER_BYTE = 48;

/** What any message may weigh, however few its bytes: as much as may wait for the handler by default. */
export const LIGHT_MESSAGE_WEIGHT = 4_194_304;
