"""Addresses of served chat models, as people write them: ``http://host:port/v1#name``."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.errors import AnalystError

KEY = "ANALYST_API_KEY"  # of our own, so that a key for somebody else's service is never sent to this one
EXAMPLE = "http://127.0.0.1:11434/v1#qwen3:4b"


@dataclass(frozen=True)
class Endpoint:
    """``url`` up to and with ``/v1``; ``model`` is what the server calls it, empty for the only one that it serves."""

    url: str
    model: str

    @property
    def written(self) -> str:
        """As people write it: ``http://127.0.0.1:8000/v1#qwen3``."""
        return f"{self.url}#{self.model}" if self.model else self.url

    @property
    def on_this_machine(self) -> bool:
        """Whether questions and posts stay on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def is_endpoint(name: str) -> bool:
    """Whether a ``--model`` is an address and not a directory or a hub id."""
    return re.match(r"https?://", name, flags=re.IGNORECASE) is not None


def parse(name: str) -> Endpoint:
    """Raises AnalystError if ``name`` is no usable address."""
    address, _, model = name.strip().partition("#")
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise AnalystError("This is no address of a chat model", where=name, todo=f"Write it as in {EXAMPLE}.")
    if parts.username or parts.password:
        raise AnalystError(
            "The address of a chat model may hold no password",
            where=f"{parts.scheme}://…@{parts.hostname}",
            todo=f"Put the key into the environment variable {KEY}.",
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    return Endpoint(f"{parts.scheme.lower()}://{parts.netloc}{path}", model.strip())
