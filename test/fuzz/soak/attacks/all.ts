/** All attacks. The place in this list is the network that an attack comes from. */

import type { Attack } from '../attack.ts';
import { badTls } from './bad-tls.ts';
import { bomb } from './bomb.ts';
import { deaf } from './deaf.ts';
import { drip } from './drip.ts';
import { flapping } from './flapping.ts';
import { garble } from './garble.ts';
import { halfHandshake } from './half-handshake.ts';
import { halfMessage } from './half-message.ts';
import { hugeFrames } from './huge-frames.ts';
import { mute } from './mute.ts';
import { noise } from './noise.ts';
import { pingFlood } from './ping-flood.ts';
import { resetStorm } from './reset-storm.ts';
import { slowloris } from './slowloris.ts';
import { tokenGuess } from './token-guess.ts';
import { tokenReplay } from './token-replay.ts';
import { tooMuch } from './too-much.ts';
import { wrongSecret } from './wrong-secret.ts';
import { wrongState } from './wrong-state.ts';

export const ATTACKS: readonly Attack[] = [
  mute,
  slowloris,
  halfHandshake,
  bomb,
  wrongSecret,
  noise,
  garble,
  hugeFrames,
  wrongState,
  resetStorm,
  badTls,
  pingFlood,
  deaf,
  halfMessage,
  tooMuch,
  drip,
  tokenGuess,
  tokenReplay,
  flapping,
];
