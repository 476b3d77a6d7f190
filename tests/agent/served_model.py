"""An OpenAI-compatible server on this machine that says what a test has written down, as vLLM and Ollama would."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Delta = dict[str, Any]


def words(*pieces: str) -> list[Delta]:
    """A reply in words, piece by piece."""
    return [{"content": piece} for piece in pieces]


def calls(name: str, *pieces: str, id_: str = "call_1") -> list[Delta]:
    """A tool call whose arguments come in ``pieces`` of JSON."""
    first = {"index": 0, "id": id_, "type": "function", "function": {"name": name, "arguments": ""}}
    rest = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [{"tool_calls": [call]} for call in (first, *rest)]


@dataclass
class Served:
    """What the server has, says and has heard. ``replies`` come in turn, the last one again and again; a reply that
    is no list is sent as it is: (status, body).
    """

    replies: list[list[Delta] | tuple[int, bytes]]
    models: list[str] = field(default_factory=lambda: ["tiny"])
    key: str = ""
    list_status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    silent: threading.Event | None = None  # until it is set, nothing is answered
    url: str = ""

    def next(self) -> list[Delta] | tuple[int, bytes]:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def serving(*replies: list[Delta] | tuple[int, bytes], **settings: Any) -> Iterator[Served]:
    """A server on a free port of this machine for as long as the block lasts."""
    served = Served(list(replies) or [words("Hello.")], **settings)

    class Handler(_Handler):
        told = served

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        if served.silent:
            served.silent.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    told: Served

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        if not self._allowed():
            return
        models = {"object": "list", "data": [{"id": name, "object": "model"} for name in self.told.models]}
        self._send(self.told.list_status, json.dumps(models).encode())

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._allowed():
            return
        self.told.heard.append(request)
        if self.told.silent:
            self.told.silent.wait(30)
        reply = self.told.next()
        if isinstance(reply, tuple):
            self._send(*reply)
            return
        self._send(200, b"".join(map(self._event, self._chunks(reply))) + b"data: [DONE]\n\n", "text/event-stream")

    def _chunks(self, reply: list[Delta]) -> Iterator[dict[str, Any]]:
        reason = "tool_calls" if any("tool_calls" in delta for delta in reply) else "stop"
        for delta in [{"role": "assistant", "content": ""}, *reply, None]:
            choice = {"index": 0, "delta": delta or {}, "finish_reason": None if delta else reason}
            yield {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}

    def _event(self, value: dict[str, Any]) -> bytes:
        return b"data: " + json.dumps(value).encode() + b"\n\n"

    def _allowed(self) -> bool:
        self.told.headers.append(dict(self.headers.items()))
        if self.told.key and self.headers["Authorization"] != f"Bearer {self.told.key}":
            self._send(401, b'{"error": {"message": "Unauthorized"}}')
            return False
        return True

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):  # nobody waits any more
            pass
