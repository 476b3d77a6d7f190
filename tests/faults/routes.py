"""Every route of the page that is really served, asked with and without the login: ``python -m tests.faults.routes >
docs/routes.md``.

The page and the tools over MCP are served by one process, which answers from a fake. All routes that the web
application holds are found in it, those of routers within routers too; a kind of route that this does not know is an
error, so that nothing new goes unseen.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from agent.mcp import McpServer
from agent.page.build import build_page
from agent.page.opening import Opening
from agent.page.serving import launch
from tests.fake_analyst import FakeAnalyst

LOGIN = ("me", "s3cret")
WAIT = 20.0  # seconds for the first byte of an answer
READ = 1 << 20  # bytes of an answer that are looked at
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SLOT = re.compile(r"\{[^}]*\}")
ABOUT = """# Routes of the page

Every route that the web application holds, as found in it; made by `python -m tests.faults.routes > docs/routes.md` and
compared by `tests/faults/test_routes.py`, so that a route which a later version of a library brings is noticed. What is
not listed in `agent/page/access/routes.py` is closed to everybody (404). The last two columns: the status of an empty
request without the login, and with it.

| route | methods | without login | with login |
|---|---|---|---|"""


@dataclass(frozen=True)
class Route:
    """``path`` with its slots, as "/file={path}"."""

    path: str
    methods: tuple[str, ...]

    @property
    def filled(self) -> str:
        """The path with something in each slot."""
        return _SLOT.sub("x", self.path)


@contextmanager
def served(login: tuple[str, str] | None = LOGIN) -> Iterator[tuple[Any, str]]:
    """The web application of a page with MCP, and its address."""
    opening = Opening(FakeAnalyst)  # type: ignore[arg-type]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = build_page(opening)
    beside = McpServer(opening, login=login, only_here=login is None).app_kwargs()
    address = launch(page, host="127.0.0.1", port=port, auth=login, beside=beside).rstrip("/")
    try:
        yield page.app, address
    finally:
        page.close(verbose=False)


def routes_of(app: Any) -> list[Route]:
    """All routes, by path, each once. Raises TypeError at a kind of route that is not known here."""
    found: dict[str, set[str]] = {}
    for path, methods in _walked(app.routes, ""):
        found.setdefault(path, set()).update(methods)
    return [Route(path, tuple(sorted(methods))) for path, methods in sorted(found.items())]


def _walked(routes: Any, before: str) -> Iterator[tuple[str, set[str]]]:
    from starlette.routing import Mount
    from starlette.routing import Route as Plain

    for route in routes:
        if inner := getattr(route, "original_router", None):  # FastAPI's router within a router
            yield from _walked(inner.routes, before + route.include_context.prefix)
        elif isinstance(route, Plain):
            yield before + route.path, set(route.methods or METHODS)
        elif isinstance(route, Mount) and route.routes:
            yield from _walked(route.routes, before + route.path)
        else:
            raise TypeError(f"{type(route).__name__} at {getattr(route, 'path', '?')} is no known kind of route")


def asked(client: httpx.Client, method: str, path: str, **request: Any) -> tuple[httpx.Response, bytes]:
    """An answer with the beginning of its body; streams that never end are left after their first bytes."""
    with client.stream(method, path, **request) as answer:
        body = b""
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            for part in answer.iter_bytes():
                body += part
                if len(body) >= READ:
                    break
    return answer, body


def statuses(client: httpx.Client, routes: list[Route]) -> dict[str, int]:
    """The status of each route for the first of its methods."""
    return {route.path: asked(client, route.methods[0], route.filled)[0].status_code for route in routes}


@contextmanager
def logged_in(address: str) -> Iterator[httpx.Client]:
    """A browser that is in. Raises httpx.HTTPStatusError if it is not let in."""
    with httpx.Client(base_url=address, timeout=WAIT) as client:
        client.post("/login", data={"username": LOGIN[0], "password": LOGIN[1]}).raise_for_status()
        yield client


def main() -> None:
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="routes-")
    with served() as (app, address), httpx.Client(base_url=address, timeout=WAIT) as stranger:
        routes = routes_of(app)
        without = statuses(stranger, routes)
        with logged_in(address) as inside:
            within = statuses(inside, [route for route in routes if route.path not in LEAVING])
    print(ABOUT)
    for route in routes:
        status = within.get(route.path, "leaves")
        print(f"| `{route.path}` | {', '.join(route.methods)} | {without[route.path]} | {status} |")


LEAVING = frozenset(("/logout",))  # ends the login

if __name__ == "__main__":
    main()
