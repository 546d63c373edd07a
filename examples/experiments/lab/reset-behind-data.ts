/**
 * What a reader of node:net hears of an RST that comes behind data.
 *
 * Up to 1.51, libuv took a read that found less than it had room for, on a connection that is over, for the last one, and
 * told FIN without asking the kernel. Since 1.52 it reads again, and finds ECONNRESET: https://github.com/libuv/libuv/pull/4997
 */

import process from 'node:process';

const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number);
const isToldAsFin = major === 1 && minor < 52;

/** The line in its column. */
export const RESET_BEHIND_DATA: string = isToldAsFin ? 'end' : 'error: ECONNRESET on read';
