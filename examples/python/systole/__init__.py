"""The Systole wire protocol, version 1, as docs/PROTOCOL.md describes it: no sockets, no clocks, only the standard library."""
