"""The Systole wire protocol, version 1, as docs/PROTOCOL.md describes it: only the standard library."""
