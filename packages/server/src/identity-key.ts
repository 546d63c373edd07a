/** Which identities are one and the same. */

/** What the sessions of one identity have in common. */
export type IdentityKey = string | number | bigint | symbol;

/**
 * By what the identity that `authenticate` has returned is compared: itself, if it is a name or a number; an object's `id`,
 * if that is one. Of two types they are never the same: 1 is not '1'. Undefined for all others, which may be anybody: objects
 * without an id, which `authenticate` makes anew for each connection; undefined, null and true, which let a peer in without
 * saying who it is; and NaN. Throws what a getter of the object throws.
 */
export function identityKey(identity: unknown): IdentityKey | undefined {
  if (isKey(identity)) return identity;
  if (typeof identity !== 'object' || identity === null) return undefined;
  const { id } = identity as { readonly id?: unknown };
  return isKey(id) ? id : undefined;
}

function isKey(value: unknown): value is IdentityKey {
  if (typeof value === 'number') return !Number.isNaN(value);
  return typeof value === 'string' || typeof value === 'bigint' || typeof value === 'symbol';
}
