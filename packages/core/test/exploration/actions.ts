/** All that can happen at one end by itself. What comes from its peer is in `World`. */

import type { End } from './end.ts';
import type { Kind, Scope } from './words.ts';

/** See the head of the file. */
export interface Action {
  readonly name: string;
  readonly kind: Kind;
  /** What becomes of the connection: it is cut for the peer, or made. */
  readonly connection?: 'cut' | 'made';
  isPossible(end: End): boolean;
  run(end: End): void;
}

function close(scope: Scope): Action {
  return {
    name: `closes the ${scope}`,
    kind: 'may',
    isPossible: ({ plan, link, closes, isEnded, exchange }) =>
      plan.bounds.closes.includes(plan.role) &&
      plan.bounds.scopes.includes(scope) &&
      closes === 0 &&
      !isEnded &&
      exchange !== undefined &&
      link !== 'dialling' &&
      (link !== 'none' || scope === 'session'),
    run: (end) => end.close(scope),
  };
}

const isOutOfDials = ({ plan, dials }: End): boolean => dials === plan.bounds.dials;

/** In the order in which they are tried. */
export const ACTIONS: readonly Action[] = [
  {
    name: 'sends',
    kind: 'may',
    isPossible: ({ nextMessage, exchange, closing, isEnded }) =>
      nextMessage !== undefined && exchange !== undefined && !isEnded && closing?.scope !== 'session',
    run: (end) => end.send(),
  },
  {
    name: 'starts the handler',
    kind: 'must',
    isPossible: ({ running, exchange }) => running === undefined && exchange !== undefined,
    run: (end) => end.start(),
  },
  {
    name: 'finishes the handler',
    kind: 'must',
    isPossible: ({ running }) => running !== undefined,
    run: (end) => end.finish(),
  },
  {
    name: 'dials',
    kind: 'must',
    connection: 'made',
    isPossible: (end) => end.plan.role === 'client' && end.link === 'none' && !end.isEnded && !isOutOfDials(end),
    run: (end) => end.dial(),
  },
  {
    name: 'notices that its connection is gone',
    kind: 'must',
    isPossible: ({ link }) => link === 'stale',
    run: (end) => end.lose(),
  },
  {
    name: 'has waited for its peer long enough',
    kind: 'must',
    isPossible: ({ link, session }) => link === 'none' && session !== 0,
    run: (end) => end.expire(),
  },
  {
    name: 'gives up',
    kind: 'must',
    isPossible: (end) => end.plan.role === 'client' && end.link === 'none' && !end.isEnded && isOutOfDials(end),
    run: (end) => end.end(),
  },
  close('session'),
  close('connection'),
  {
    name: 'crashes',
    kind: 'may',
    connection: 'cut',
    isPossible: ({ plan, crashes }) => plan.bounds.crashes.includes(plan.role) && crashes === 0,
    run: (end) => end.crash(),
  },
];
