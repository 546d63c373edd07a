/**
 * One end: the real machines of liveness and of the goodbye, wired as a connection wires them. It is a state, so time in it is
 * relative: now is always 0, and a unit that passes makes everything a unit older.
 */

import type { LivenessConfig } from '../../../src/machines/liveness.ts';
import type { Farewell } from '../../../src/session/farewell.ts';
import type { Stall } from '../../../src/words/clock.ts';
import type { CloseFrame } from '../../../src/words/frame.ts';
import type { OpenedLiveness } from './ageing.ts';
import { age, forget } from './ageing.ts';
import { Bystander } from './bystander.ts';
import { SendQueue } from './send-queue.ts';
import type { Frame, Plan } from './words.ts';
import { UNIT_MS } from './words.ts';

const NOW = 0;

/** How an end has ended: `crashed` is its process, `dead` its verdict, `told` the peer's; the others come from the goodbye. */
export type Ending = 'crashed' | 'dead' | 'told' | 'closed' | 'unfinished' | 'eof';

function closeFrame(code: CloseFrame['code']): CloseFrame {
  const rest = { lastAccepted: 0, retryAfterMs: 0, spreadMs: 0, reason: '' };
  return Object.freeze({ type: 'close', scope: 'connection', code, ...rest });
}

const CLOSE = closeFrame('normal');
const NOTE = closeFrame('judged-dead');

/** See the head of the file. */
export class Watcher {
  readonly plan: Plan;
  readonly bystander: Bystander;
  readonly queue: SendQueue;
  liveness: OpenedLiveness | undefined;
  farewell: Farewell | undefined;
  hasSaidClose = false;
  ending: Ending | undefined;

  // The process.
  isStalled = false;
  stalledFor = 0;
  stallsLeft: number;
  /** The stall that the whole process has met; forgotten once it cannot matter. */
  lastStall: Stall | undefined;
  /** Poll phases that were asked for. */
  polls = 0;
  /** When the machine wants to be called; undefined: never. */
  deadline: number | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
    this.bystander = new Bystander(plan);
    this.queue = new SendQueue(plan);
    this.stallsLeft = plan.bounds.stalls;
  }

  get isOpen(): boolean {
    return this.liveness !== undefined;
  }

  get runs(): boolean {
    return this.isOpen && !this.isStalled;
  }

  /** As in a connection, the alarm is the goodbye's when that is over. */
  get isTimerDue(): boolean {
    return this.deadline !== undefined && this.deadline <= NOW && !this.isGoodbyeDue;
  }

  get isGoodbyeDue(): boolean {
    return this.farewell !== undefined && this.farewell.deadline <= NOW;
  }

  /** The connection is made. The first wait, uniform in (0, idle], has so many units. */
  open(firstWait: number): void {
    const { machines, bounds } = this.plan;
    const { idle, interval, probes, writeTimeout } = bounds;
    const config: LivenessConfig = Object.freeze({
      keepalive: Object.freeze({ idleMs: idle * UNIT_MS, intervalMs: interval * UNIT_MS, probes }),
      writeTimeoutMs: writeTimeout * UNIT_MS,
      pausedTimeoutMs: 0,
      random: () => 0,
    });
    // Idle has run since before the beginning: so the first wait is shorter.
    this.liveness = new machines.Liveness(config, (firstWait - idle) * UNIT_MS) as unknown as OpenedLiveness;
    this.farewell = new machines.Farewell();
    this.turn();
  }

  /** Its timer fires, on time or after a stall. */
  fire(): void {
    this.liveness?.handleWritten(this.queue.written);
    this.liveness?.handleTimeout(NOW, this.lastStall);
    this.turn();
  }

  /** The poll phase has passed; all that had arrived was read in it. */
  polled(): void {
    this.polls -= 1;
    this.liveness?.handlePolled(NOW);
    this.turn(true);
  }

  /** A frame is read. */
  read(frame: Frame): void {
    this.liveness?.handleEvidence(NOW);
    this.bystander.handleRead(this.queue.isStanding);
    if (frame === 'ping') this.queue.put('pong');
    if (frame === 'close') this.handleClose();
    if (frame === 'note') return this.handleNote();
    if (frame === 'fin') return this.end(this.farewell?.isFinSent ? 'closed' : 'eof');
    this.turn();
  }

  stall(): void {
    this.isStalled = true;
    this.stallsLeft -= 1;
  }

  goOn(): void {
    this.lastStall = { kind: 'blocked', endedAt: NOW, durationMs: this.stalledFor * UNIT_MS };
    this.isStalled = false;
    this.stalledFor = 0;
  }

  stand(): void {
    this.queue.stand();
    this.bystander.hasStood = true;
  }

  crash(): void {
    this.end('crashed');
  }

  close(): void {
    this.farewell?.begin(NOW + this.plan.bounds.closeTimeout * UNIT_MS);
    this.sayClose();
    this.turn();
  }

  /** The goodbye was not finished in time, and a poll phase has passed. */
  giveUp(): void {
    this.end('unfinished');
  }

  /** A unit of time passes, in which nothing else happens. */
  pass(): void {
    if (this.isStalled) this.stalledFor += 1;
    this.bystander.handlePassed(this.isStalled);
    age(this, UNIT_MS);
  }

  /** Brings it into the form that all states share which behave the same. */
  settle(): void {
    if (this.liveness !== undefined) forget(this, this.liveness);
  }

  private turn(isPolling = false): void {
    for (let output = this.liveness?.poll(); output !== undefined; output = this.liveness?.poll()) {
      if (output.type === 'wait') {
        this.deadline = output.until;
        return;
      }
      if (output.type === 'ping') this.ping();
      if (output.type === 'confirm') this.polls += 1;
      if (output.type === 'suspect') this.bystander.handleSuspect(isPolling);
      if (output.type === 'alive') this.bystander.handleAlive();
      if (output.type === 'dead') this.judge(isPolling);
    }
  }

  private ping(): void {
    this.bystander.handlePing(this.queue.frames.includes('ping'));
    this.queue.put('ping');
    this.liveness?.handlePingQueued(this.queue.position);
  }

  private judge(isPolling: boolean): void {
    this.bystander.handleDead(isPolling);
    if (this.queue.frames.length === 0) this.queue.put('note');
    this.end('dead');
  }

  private handleClose(): void {
    this.farewell?.handleClose(CLOSE, NOW + this.plan.bounds.closeTimeout * UNIT_MS);
    if (!this.hasSaidClose) this.sayClose();
    // Both goodbyes are said.
    if (this.farewell?.isFinSent) return;
    this.farewell?.handleFinSent();
    this.queue.put('fin');
  }

  private handleNote(): void {
    this.farewell?.handleClose(NOTE, NOW);
    this.end('told');
  }

  private sayClose(): void {
    this.hasSaidClose = true;
    this.bystander.handleGoodbye();
    this.queue.put('close');
  }

  /** All that is left is how it ended, and what has left before. */
  private end(ending: Ending): void {
    const { left } = this.queue;
    Object.assign(this, new Watcher(this.plan), { ending, liveness: undefined, farewell: undefined });
    this.queue.left = left;
  }
}
