"""JSON that carries its own checksum: whoever reads it knows that it is what was written, to the last byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_MARK = b',\n "sum": "'


def seal(data: Mapping[str, Any]) -> bytes:
    """``data`` as JSON, with the SHA-256 of all that stands before it as its last entry, ``sum``."""
    body = json.dumps(dict(data), indent=1).encode().removesuffix(b"\n}")
    return body + _end(body)


def unseal(raw: bytes) -> dict[str, Any]:
    """What was sealed. Raises ValueError if a byte of it has changed."""
    body, mark, end = raw.rpartition(_MARK)
    if mark + end != _end(body):
        raise ValueError("the sum does not fit")
    data: dict[str, Any] = json.loads(raw)
    del data["sum"]
    return data


def _end(body: bytes) -> bytes:
    return _MARK + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'
