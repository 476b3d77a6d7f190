"""The gate before any page: which requests pass, by name, by site, by login, and how many files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from agent.page.access import attempts, intake
from agent.page.access.gate import UPLOAD, Gate
from agent.page.access.hosts import Hosts

HERE = "http://127.0.0.1:7860"
COOKIE = {"cookie": "access-token-unsecure-1=token"}


class Behind:
    """What stands behind the gate: it takes logins and files, and says 200 to all else."""

    def __init__(self) -> None:
        self.cookie_id, self.tokens, self.files = "1", {"token": "me"}, set[str]()
        self.reached: list[str] = []

    def get_blocks(self) -> Any:
        return SimpleNamespace(upload_file_set=self.files)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope["path"])
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("the visitor is gone")
            body, more = body + message.get("body", b""), message.get("more_body", False)
        right = dict(scope["headers"]).get(b"authorization") == b"Bearer right" or body == b"right"
        asks = scope["path"] in ("/login", "/mcp")
        await send({"type": "http.response.start", "status": 200 if right or not asks else 401, "headers": []})
        await send({"type": "http.response.body", "body": b"behind"})


Ask = Callable[..., httpx.Response]


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "LONGEST_PAUSE", 0.0)


def gate(behind: Behind, *, login: bool = False, host: str = "127.0.0.1") -> Any:
    inner = Gate(
        behind,
        hosts=Hosts(host),
        login=login,
        largest=1 << 20,
        own_login={"/mcp": lambda told: told == "Bearer right"},
        headers=((b"x-policy", b"strict"),),
    )

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await inner({**scope, "app": behind}, receive, send)

    return app


def ask(app: Any, method: str, path: str, *, address: str = "127.0.0.1", **request: Any) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.request(method, path, **request)

    return asyncio.run(once())


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.7", ""]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_name_leads_nowhere(behind: Behind, host: str, method: str) -> None:
    found = ask(gate(behind), method, "/config", headers={"host": host})
    assert found.status_code == 421 and found.headers["x-policy"] == "strict" and not behind.reached


def test_its_own_names_lead_to_it(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYST_HOSTS", "analyst.example.com, Other.example:8000")
    app = gate(behind)
    for host in ("127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860", "analyst.example.com", "other.example"):
        assert ask(app, "GET", "/", headers={"host": host}).status_code == 200, host


def test_a_page_for_others_is_known_by_its_address_and_name(behind: Behind) -> None:
    app = gate(behind, host="0.0.0.0")
    for host, status in (("192.168.1.5:7860", 200), ("[fe80::1]:7860", 200), ("localhost", 200), ("evil.example", 421)):
        assert ask(app, "GET", "/", headers={"host": host}).status_code == status, host
    assert ask(gate(behind, host="box.lan"), "GET", "/", headers={"host": "box.lan:80"}).status_code == 200


def test_a_space_is_known_by_the_names_of_the_hub(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "me/analyst")
    assert ask(gate(behind, host="0.0.0.0"), "GET", "/", headers={"host": "me-analyst.hf.space"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:1"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},  # a form that sends itself
    ],
)
@pytest.mark.parametrize("path", [UPLOAD, "/gradio_api/queue/join", "/login", "/mcp"])
def test_another_page_sends_nothing(behind: Behind, path: str, headers: dict[str, str]) -> None:
    assert ask(gate(behind), "POST", path, headers=headers).status_code == 403 and not behind.reached


def test_another_page_reads_nothing_but_may_link_here(behind: Behind) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    assert (
        ask(gate(behind), "GET", "/gradio_api/info", headers={**foreign, "sec-fetch-mode": "cors"}).status_code == 403
    )
    assert ask(gate(behind), "GET", "/", headers={**foreign, "sec-fetch-mode": "navigate"}).status_code == 200


def test_the_page_itself_sends(behind: Behind) -> None:
    own = {"origin": HERE, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    assert ask(gate(behind), "POST", UPLOAD, headers=own).status_code == 200
    assert ask(gate(behind), "POST", UPLOAD, headers={"origin": HERE}).status_code == 200
    proxied = {**own, "origin": "https://analyst.example.com"}
    assert ask(gate(behind), "POST", UPLOAD, headers=proxied).status_code == 200


@pytest.mark.parametrize(
    "path", ["/openapi.json", "/gradio_api/heartbeat/abc", "/gradio_api/reset", "/gradio_api/cancel", UPLOAD, "/runs"]
)
def test_without_a_login_nothing_is_open(behind: Behind, path: str) -> None:
    for cookie in ({}, {"cookie": "access-token-unsecure-1=guess"}, {"cookie": "access-token-2=token"}):
        assert ask(gate(behind, login=True), "POST", path, headers=cookie).status_code == 401
    assert not behind.reached
    known = path.startswith("/gradio_api/")
    assert ask(gate(behind, login=True), "POST", path, headers=COOKIE).status_code == (200 if known else 404)
    assert bool(behind.reached) is known


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=https://example.com",
        "/gradio_api/info",
        "/gradio_api/call/x",
        "/monitoring",
        "/assets/..%2fconfig",
        "/assets//etc/passwd",
        "/static/..\\x",
        "/gradio_api/heartbeat/..%2finfo",
        "/brand-new",
    ],
)
@pytest.mark.parametrize("login", [True, False])
def test_what_the_page_never_asks_for_is_not_there(behind: Behind, path: str, login: bool) -> None:
    for method in ("GET", "POST", "HEAD"):
        assert ask(gate(behind, login=login), method, path, headers=COOKIE).status_code == 404
    assert not behind.reached


def test_sockets_are_closed_before_the_page(behind: Behind) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(gate(behind)({"type": "websocket", "path": "/gradio_api/queue/join", "headers": []}, None, send))
    assert sent == [{"type": "websocket.close"}] and not behind.reached


def test_other_sites_send_no_cookie_along(behind: Behind) -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        cookie = (b"set-cookie", b"access-token-1=t; HttpOnly; Path=/; SameSite=none; Secure")
        await send({"type": "http.response.start", "status": 200, "headers": [cookie]})
        await send({"type": "http.response.body", "body": b""})

    for framed, said in ((False, "SameSite=lax"), (True, "SameSite=none")):  # a Space is shown by the hub's page
        app = Gate(page, hosts=Hosts("127.0.0.1"), login=False, largest=1, framed=framed)
        assert said in ask(app, "GET", "/").headers["set-cookie"]


@pytest.mark.parametrize(
    "guess",
    [{"path": "/login", "content": b"guess"}, {"path": "/mcp", "headers": {"authorization": "Bearer guess"}}],
    ids=["page", "mcp"],
)
def test_guessed_logins_are_locked_out_and_logged(
    behind: Behind, guess: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, attempts.__name__)
    app = gate(behind, login=True)
    found = [ask(app, "POST", **guess).status_code for _ in range(20)]
    assert found == [401] * attempts.FREE + [429] * (20 - attempts.FREE)
    for right in (
        {"path": "/login", "content": b"right"},
        {"path": "/mcp", "headers": {"authorization": "Bearer right"}},
    ):
        locked = ask(app, "POST", **right)
        assert locked.status_code == 429 and int(locked.headers["retry-after"]) > 5
        assert ask(app, "POST", address="10.0.0.9", **right).status_code == 200  # others are not locked out
    assert sum("wrong login from 127.0.0.1" in record.message for record in caplog.records) == attempts.FREE


def test_guesses_at_once_are_no_way_around(behind: Behind) -> None:
    app = gate(behind, login=True)

    async def many() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HERE) as client:
            asked = [client.post("/login", content=b"guess") for _ in range(50)]
            return [found.status_code for found in await asyncio.gather(*asked)]

    assert sorted(asyncio.run(many())) == [401] * attempts.FREE + [429] * (50 - attempts.FREE)


def test_right_logins_lock_nobody_out(behind: Behind) -> None:
    app = gate(behind, login=True)
    for _ in range(3 * attempts.FREE):
        assert ask(app, "POST", "/login", content=b"guess").status_code == 401
        assert ask(app, "POST", "/login", content=b"right").status_code == 200


def test_programs_that_ask_much_at_once_are_no_guessers(behind: Behind) -> None:
    app, right = gate(behind, login=True), {"authorization": "Bearer right"}

    async def many() -> set[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HERE) as client:
            return {
                found.status_code
                for found in await asyncio.gather(*(client.post("/mcp", headers=right) for _ in range(40)))
            }

    assert asyncio.run(many()) == {200}


def test_a_flood_of_files_is_stopped(behind: Behind) -> None:
    app = gate(behind)
    found = [ask(app, "POST", UPLOAD, content=b"x").status_code for _ in range(intake.IN_A_TIME + 5)]
    assert found == [200] * intake.IN_A_TIME + [429] * 5
    assert ask(app, "POST", UPLOAD, content=b"x", address="10.0.0.9").status_code == 200


def test_files_that_nobody_takes_up_fill_no_disk(
    behind: Behind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST_KEPT", 3000)
    for number in range(4):
        (tmp_path / f"{number}.csv").write_bytes(b"x" * 1000)
        behind.files.add(str(tmp_path / f"{number}.csv"))
    app = gate(behind)
    assert ask(app, "POST", UPLOAD, content=b"x").status_code == 429
    monkeypatch.setattr(intake, "KEPT", -1.0)  # now they are old
    assert ask(app, "POST", UPLOAD, content=b"x").status_code == 200
    assert not list(tmp_path.iterdir()) and not behind.files


def test_a_file_that_is_too_large_is_not_read(behind: Behind) -> None:
    found = ask(gate(behind), "POST", UPLOAD, content=b"", headers={"content-length": str(1 << 40)})
    assert found.status_code == 413 and not behind.reached


def test_a_file_that_hardly_comes_gives_up_its_place(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "SECONDS", 0.2)
    app = gate(behind)

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(30)

    for _ in range(intake.AT_ONCE + 1):  # their places are free again
        assert ask(app, "POST", UPLOAD, content=slow()).status_code == 408


def test_more_files_at_once_have_to_wait(behind: Behind) -> None:
    app, started = gate(behind), []

    async def slow(going: asyncio.Event) -> AsyncIterator[bytes]:
        started.append(1)
        await going.wait()
        yield b"x"

    async def several() -> tuple[int, list[int]]:
        going = asyncio.Event()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HERE) as client:
            first = [asyncio.create_task(client.post(UPLOAD, content=slow(going))) for _ in range(intake.AT_ONCE)]
            while len(started) < intake.AT_ONCE:
                await asyncio.sleep(0.01)
            refused = (await client.post(UPLOAD, content=b"x")).status_code
            going.set()
            return refused, [(await each).status_code for each in first]

    assert asyncio.run(several()) == (429, [200] * intake.AT_ONCE)
