/** The secret with which a client comes back to its session. */

import { randomFillSync, timingSafeEqual } from 'node:crypto';

/** 192 random bits, which nobody guesses; 24 bytes make 32 characters without padding. */
const TOKEN_BYTES = 24;

/** Drawn for 256 tokens at once: a draw takes microseconds, however little it is for. */
const drawn = Buffer.alloc(256 * TOKEN_BYTES);
let used = drawn.length;

function randomToken(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += TOKEN_BYTES;
  return drawn.toString('base64url', used - TOKEN_BYTES, used);
}

/**
 * The tokens of one session. Each connection gets a new one with WELCOME, so that one which leaked is worth something for
 * one connection only. WELCOME may be lost, so the one before stays good until the client has shown that it has the new one.
 *
 * Two are enough, however many WELCOMEs are lost: a client presents the last token it was told. If that is the older one, it
 * never got the newer, and never will, as it has left that connection. If it is the newer one, it never uses the older again.
 *
 * **What time tells.** It is the only secret that we compare, and always with `timingSafeEqual`: how long it takes to refuse one says
 * nothing of how much of it is right. Its length is no secret, and neither is the id of a session, which is looked up in a map: that
 * an id exists may be measured, is 122 random bits far from being guessed, and is worth nothing without the token. Credentials
 * are the application's to compare.
 */
export class ResumeToken {
  /** The client has it for certain. */
  #known: string | undefined;
  /** On its way to the client. */
  #fresh: string | undefined;

  /** A new token: 32 characters of base64url. `presented` is the one with which the client came, or '' if it had none. */
  issue(presented: string): string {
    if (isSame(presented, this.#fresh)) this.#known = this.#fresh;
    this.#fresh = randomToken();
    return this.#fresh;
  }

  /** The client has sent something behind WELCOME, so it has the newest token: no other is good any more. */
  confirm(): void {
    this.#known = this.#fresh ?? this.#known;
    this.#fresh = undefined;
  }

  /** Whether it is good. Takes the same time whatever it has in common with one that is. */
  matches(token: string): boolean {
    const isKnown = isSame(token, this.#known);
    const isFresh = isSame(token, this.#fresh);
    return isKnown || isFresh;
  }
}

/** Tells by its time nothing but whether the lengths are equal, and the length of a token is no secret. */
function isSame(given: string, secret: string | undefined): boolean {
  if (secret === undefined) return false;
  const one = Buffer.from(given);
  const other = Buffer.from(secret);
  return one.length === other.length && timingSafeEqual(one, other);
}
