/** What may be set on the sockets below sessions. */

/** Options of a socket. */
export interface SocketOptions {
  /** Switches Nagle's algorithm off. Default: true, as all that leaves in one turn leaves in one write anyway, and a PING that waits measures nothing. */
  readonly noDelay?: boolean;
  /**
   * Sets the kernel's own keepalive behind our longest bound, as a second belt, where Node lets all three of its values be
   * set: from 24.19 and 26.4 on. Elsewhere it is not touched. Default: true.
   */
  readonly kernelKeepalive?: boolean;
}

/** {@link SocketOptions} resolved. */
export interface SocketConfig {
  /** Whether Nagle's algorithm is off. */
  readonly noDelay: boolean;
  /** Whether the kernel's keepalive is the second belt. */
  readonly kernelKeepalive: boolean;
}

/** What holds where nothing is chosen. */
export const DEFAULT_SOCKET_CONFIG: SocketConfig = { noDelay: true, kernelKeepalive: true };

/** Options with their defaults filled in. */
export function fillSocketOptions(options: SocketOptions): SocketConfig {
  return {
    noDelay: options.noDelay ?? DEFAULT_SOCKET_CONFIG.noDelay,
    kernelKeepalive: options.kernelKeepalive ?? DEFAULT_SOCKET_CONFIG.kernelKeepalive,
  };
}
