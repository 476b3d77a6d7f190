"""A chat model behind an OpenAI-compatible address, as vLLM, llama.cpp and Ollama serve: ``http://host:port/v1#name``."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import AnalystError

if TYPE_CHECKING:
    from agent.models.endpoint_model import EndpointChatModel

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


def load_endpoint(name: str) -> EndpointChatModel:
    """The chat model at an address, once the server has said that it serves it. Raises AnalystError."""
    endpoint = parse(name)
    try:
        from agent.models.endpoint_model import EndpointChatModel
    except ImportError as error:
        raise AnalystError(
            "Models behind an address need the extra [endpoint], which is not installed",
            where=name,
            todo='Install it with `pip install "audience-analyst[endpoint]"`.',
        ) from error
    return EndpointChatModel.connect(endpoint)
