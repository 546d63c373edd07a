/** What a ready-made watch adds to the options that it is given. */

import type { Probe, ReadyOptions, WatchOptions } from '../api.ts';

/** The options with the probe of the protocol; without it where `keepalive` is false, as nothing would call it. */
export function withProbe(options: ReadyOptions, probe: Probe): WatchOptions {
  return options.keepalive === false ? options : { ...options, probe };
}
