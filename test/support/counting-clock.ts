/** What is set and who listens, counted: for tests that nothing is left behind. */

import process from 'node:process';
import type { Clock } from '@systole/core';
import { systemClock } from '@systole/core/node';

/** The clock of the process, which counts what is set and who listens. */
export function countingClock(): Clock & { readonly counts: { alarms: number; listeners: number } } {
  const counts = { alarms: 0, listeners: 0 };
  return {
    counts,
    now: () => systemClock.now(),
    afterPoll: (callback) => systemClock.afterPoll(callback),
    get lastStall() {
      return systemClock.lastStall;
    },
    onStall(listener) {
      const stop = systemClock.onStall(listener);
      counts.listeners += 1;
      return () => {
        counts.listeners -= 1;
        stop();
      };
    },
    alarm(owner, options) {
      let isSet = false;
      const note = (now: boolean): void => {
        if (now !== isSet) counts.alarms += now ? 1 : -1;
        isSet = now;
      };
      const alarm = systemClock.alarm(
        {
          handleAlarm: (now) => {
            note(false);
            owner.handleAlarm(now);
          },
        },
        options,
      );
      return {
        set: (deadline) => {
          note(deadline !== Number.POSITIVE_INFINITY);
          alarm.set(deadline);
        },
        clear: () => {
          note(false);
          alarm.clear();
        },
      };
    },
  };
}

/** How many listen to the process. */
export function processListeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}
