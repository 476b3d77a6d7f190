"""Committed versions of an index: written durably by one process, held whole by many, proven by checksums."""
