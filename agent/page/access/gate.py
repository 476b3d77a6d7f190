"""The gate that every request of the page passes: host, other sites, login, path, wrong logins, files that come in."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from agent.page.access import intake
from agent.page.access.attempts import Attempts
from agent.page.access.hosts import Hosts, is_foreign
from agent.page.access.intake import Intake
from agent.page.access.routes import exists, is_open

LOGIN, UPLOAD = "/login", "/gradio_api/upload"
_FOREIGN_COOKIE = re.compile(rb"SameSite=none", re.IGNORECASE)
ENVELOPE = 1 << 20  # bytes that a form has around its file
Messages = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Gate:
    """An ASGI middleware. ``login`` says that there is one; ``own_login`` are paths that ask for it themselves, as MCP
    does, each with what tells whether a header Authorization is right; ``headers`` are added to every answer;
    ``framed`` says that another site's page shows this one, and so must send its cookies.
    """

    def __init__(
        self,
        app: Any,
        *,
        hosts: Hosts,
        login: bool,
        largest: int,
        own_login: Mapping[str, Callable[[str], bool]] | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        framed: bool = False,
    ) -> None:
        self._app, self._hosts, self._login, self._largest = app, hosts, login, largest
        self._own_login, self._headers, self._framed = own_login or {}, headers, framed
        self._attempts, self._intake = Attempts(), Intake()

    async def __call__(self, scope: Any, receive: Messages, send: Send) -> None:
        from starlette.datastructures import Headers
        from starlette.responses import JSONResponse

        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*map(self._kept_home, message.get("headers", ())), *self._headers]
            await send(message)

        async def refuse(status: int, why: str, seconds: float = 0.0) -> None:
            more = {"retry-after": str(math.ceil(seconds))} if seconds else {}
            await JSONResponse({"detail": why}, status, more)(scope, receive, told)

        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":  # the page opens no sockets
            return await send({"type": "websocket.close"})
        headers, path, method = Headers(scope=scope), scope["path"].rstrip("/") or "/", scope.get("method", "GET")
        if refused := self._refusal(scope, headers, path, method):
            return await refuse(*refused)
        if self._is_try(headers, path, method):
            return await self._try(scope, receive, told, refuse)
        if path == UPLOAD and method == "POST":
            return await self._bring(scope, receive, told, refuse, int(headers.get("content-length", "0") or 0))
        return await self._app(scope, receive, told)

    def _refusal(
        self, scope: Any, headers: Mapping[str, str], path: str, method: str
    ) -> tuple[int, str] | tuple[int, str, float] | None:
        """Status, reason and seconds to wait of a request that goes no further."""
        if not self._hosts.knows(headers.get("host", "")):
            return 421, "This page is not known by that name; ANALYST_HOSTS lists further ones."
        if is_foreign(method, headers):
            return 403, "Another page may not ask this one."
        if self._login and path in self._own_login and (seconds := self._attempts.locked(_address(scope))):
            return 429, _locked(seconds), seconds
        if self._login and not self._may_see(scope, path, headers.get("cookie", "")):
            return 401, "Log in first."
        if not (path in self._own_login or exists(path)):
            return 404, "There is nothing here."
        return None

    def _kept_home(self, header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
        """A header; of a cookie that other sites' pages would send along, one that they do not."""
        name, value = header
        if name.lower() != b"set-cookie" or self._framed:
            return header
        return name, _FOREIGN_COOKIE.sub(b"SameSite=lax", value)

    def _is_try(self, headers: Mapping[str, str], path: str, method: str) -> bool:
        """Whether a login is tried that may be wrong. What programs bring is judged at once: they ask many things side
        by side, none of which is a guess.
        """
        if not self._login:
            return False
        given = headers.get("authorization", "") if path in self._own_login else ""
        return (path == LOGIN and method == "POST") or bool(given and not self._own_login[path](given))

    def _may_see(self, scope: Any, path: str, cookies: str) -> bool:
        if is_open(path) or path in self._own_login:
            return True
        from starlette.requests import cookie_parser

        found, app = cookie_parser(cookies), scope["app"]
        names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
        return any(found.get(name) in app.tokens for name in names)

    async def _try(self, scope: Any, receive: Messages, send: Send, refuse: Any) -> None:
        """A login: a wrong one is answered late, and not at all where there were too many."""
        from anyio import sleep

        address = _address(scope)
        if seconds := self._attempts.begin(address):
            return await refuse(429, _locked(seconds), seconds)
        over = False

        async def judged(message: Any) -> None:
            nonlocal over
            if message["type"] == "http.response.start" and not over:
                over = True
                if message["status"] in (400, 401, 403, 422):
                    await sleep(self._attempts.wrong(address))
                else:
                    self._attempts.right(address)
            await send(message)

        return await self._app(scope, receive, judged)

    async def _bring(self, scope: Any, receive: Messages, send: Send, refuse: Any, size: int) -> None:
        """A file: of a bounded size, within a bounded time, and not too many."""
        from anyio import current_time, move_on_after

        if size > self._largest + ENVELOPE:
            return await refuse(413, f"The file is too large; {self._largest >> 20} MB is the most.")
        address = _address(scope)
        if why := self._intake.begin(address, scope["app"].get_blocks().upload_file_set):
            return await refuse(429, why, 60)
        deadline, late, begun = current_time() + intake.SECONDS, False, False

        async def timely() -> Any:
            nonlocal late
            with move_on_after(max(0.0, deadline - current_time())):
                return await receive()
            late = True
            return {"type": "http.disconnect"}

        async def noted(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, timely, noted)
        except Exception:
            if not late:
                raise
        finally:
            self._intake.end(address)
        if late and not begun:
            return await refuse(408, "The file took too long to come. Bring it again, or a part of it.")
        return None


def _locked(seconds: float) -> str:
    return f"Too many wrong logins. Try again in {math.ceil(seconds)} seconds."


def _address(scope: Any) -> str:
    return str((scope.get("client") or ("unknown",))[0])
