// The far application takes nothing any more, while the near one sends all it can. Its process lives and answers, so it is
// held back by credit, and not judged, for three bounds.

import { boundMs, nothing } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const alive = { node: 'nothing', systole: nothing };

scenario('reader stops, 8 MiB on their way', {
  strike: ({ near, far }) => {
    far.send({ type: 'stopReading' });
    near.send({ type: 'flood' });
  },
  lookMs: 3 * boundMs(),
  told: { near: { busy: alive }, far: { busy: alive } },
});
