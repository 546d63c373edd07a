/** The conversations of `conversations.json`, as README.md describes them. */

import { readFileSync } from 'node:fs';

/** A frame of which only these fields count; of HELLO and WELCOME, only these fields of their map. */
export interface Sketch {
  readonly type: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** DATA only: all bytes of the message, in however many parts. */
  readonly payload?: string;
  readonly [field: string]: unknown;
}

/** What a handler made of a message. */
export interface Outcome {
  readonly value?: unknown;
  readonly failure?: readonly [code: string, text: string];
  readonly handedBack?: 'in-doubt' | 'not-handled' | 'too-large';
}

export interface Step extends Outcome {
  readonly at: number;
  readonly connection?: number;
  readonly begins?: true;
  readonly reads?: string;
  readonly writes?: readonly (string | Sketch)[];
  readonly optional?: true;
  readonly sends?: unknown;
  readonly message?: string;
  readonly settles?: string;
  readonly handles?: number;
  readonly answers?: number;
  readonly closes?: string;
  readonly cut?: true;
  readonly ends?: string;
}

/** What the end under test is given. */
export interface EndSettings {
  readonly role: 'client' | 'server';
  readonly keepalive: readonly [idle: number, interval: number, probes: number] | null;
  readonly minPing: number;
  readonly maxMessage: number;
  readonly credit: number;
  readonly resume: number;
  readonly handshakeTimeout: number;
  readonly closeTimeout: number;
}

export interface Conversation {
  readonly name: string;
  readonly end: EndSettings;
  readonly steps: readonly Step[];
}

interface File {
  readonly ordinary: Omit<EndSettings, 'role'>;
  readonly conversations: readonly (Omit<Conversation, 'end'> & { readonly end: Partial<EndSettings> })[];
}

/** All of them, with what is ordinary filled in. */
export function readConversations(): Conversation[] {
  const text = readFileSync(new URL('conversations.json', import.meta.url), 'utf8');
  const { ordinary, conversations } = JSON.parse(text) as File;
  return conversations.map((each) => ({ ...each, end: { ...ordinary, ...each.end } as EndSettings }));
}

/** Bytes as vectors have them: pairs, and `61*1024` for one that is repeated. */
export function bytesFrom(text: string): Buffer {
  return Buffer.from(
    text.replaceAll(/(\w\w)\*(\d+)/g, (_, pair, times) => pair.repeat(times)).replaceAll(' ', ''),
    'hex',
  );
}
