/** A queue that can be left from any place, in one step. */

/** What can stand in one {@link Line}. The neighbours are the line's to set. */
export interface Standing<Self> {
  /** Who joined just before. */
  ahead: Self | undefined;
  /** Who joined just after. */
  behind: Self | undefined;
}

/**
 * First come, first in line. Not a Map: to find the first entry of one that is joined at its end and left at its front, V8
 * walks over all who have left since the table was built, which at 10,000 entries takes ten microseconds each time.
 */
export class Line<Member extends Standing<Member>> {
  #first: Member | undefined;
  #last: Member | undefined;

  /** Who joined before all others that are still there. */
  get first(): Member | undefined {
    return this.#first;
  }

  join(member: Member): void {
    member.ahead = this.#last;
    if (this.#last === undefined) this.#first = member;
    else this.#last.behind = member;
    this.#last = member;
  }

  /** The member must stand in this line. */
  leave(member: Member): void {
    const { ahead, behind } = member;
    if (ahead === undefined) this.#first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.#last = ahead;
    else behind.ahead = ahead;
    member.ahead = undefined;
    member.behind = undefined;
  }
}
