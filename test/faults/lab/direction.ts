/** Which packets, or bytes, a fault of the path concerns. */
export type Direction = 'both ways' | 'to near' | 'to far';
