/** What Systole says of a session, told to the stage as it comes. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Session, SessionEvents } from '@systole/server';
import { CHANNELS } from '@systole/server';
import { inBrackets, reasonsOf } from '../support/evidence.ts';
import type { Stage } from './stage.ts';

type Note = (event: string, text: string, details: object) => void;

/** Tells all events of a session from now on, and each probe. Returns their names, in an array that grows. */
export function follow(stage: Stage, session: Session): readonly string[] {
  const seen: string[] = [];
  const note: Note = (event, text, details) => {
    seen.push(event);
    stage.tell('systole', event, `${event}${text}`, details);
  };
  session.on('connect', (event) => note('connect', describeConnect(event), event));
  session.on('suspect', (event) => note('suspect', `: nothing has come for ${ms(event.silenceMs)}`, event));
  session.on('alive', (event) => note('alive', `: something has come, after ${ms(event.silenceMs)}`, event));
  session.on('dead', (event) => note('dead', '', event));
  session.on('disconnect', (event) => note('disconnect', `: ${event.cause}${describeEvidence(event)}`, event));
  session.on('reconnecting', (event) => note('reconnecting', describeAttempt(event), event));
  followProbes(stage, session, note);
  return seen;
}

/** A probe is no event of a session, as nobody need act on it; but it is published on `node:diagnostics_channel`. */
function followProbes(stage: Stage, session: Session, note: Note): void {
  const listener = (message: unknown): void => {
    if ((message as { session: Session }).session !== session) return;
    const { missed, allowed } = session.inspect();
    note('probe', ` ${missed} of ${allowed}`, { missed, allowed });
  };
  subscribe(CHANNELS.probe, listener);
  stage.atEnd(() => void unsubscribe(CHANNELS.probe, listener));
}

function describeConnect({ epoch, boundMs }: SessionEvents['connect']): string {
  const promise = boundMs === undefined ? '' : `; should it fall silent, the verdict comes within ${ms(boundMs)}`;
  return `: epoch ${epoch}${promise}`;
}

function describeAttempt({ attempt, delayMs, cause }: SessionEvents['reconnecting']): string {
  return `: attempt ${attempt} in ${ms(delayMs)}, because of ${cause}`;
}

function describeEvidence(event: SessionEvents['disconnect']): string {
  const { silenceMs, probesSent } = event.evidence;
  const reasons = reasonsOf(event);
  if (probesSent === 0 || silenceMs === undefined) return inBrackets(reasons);
  return inBrackets([`${probesSent} probes, and nothing came for ${ms(silenceMs)}`, ...reasons]);
}

function ms(duration: number): string {
  return `${Math.round(duration)} ms`;
}
