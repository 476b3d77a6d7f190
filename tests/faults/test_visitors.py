"""Strangers at the page that is really served: other names for it, other pages, open routes, guessed logins."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.mcp import McpServer
from agent.page.access import attempts
from agent.page.build import build_page
from agent.page.opening import Opening
from agent.page.serving import launch
from agent.page.uploads.catalogue import OWN, IndexCatalogue
from tests.fake_analyst import FakeAnalyst

LOGIN = ("me", "s3cret")
FILE = {"files": ("posts.csv", b"id,author,text\n1,ana,hello\n")}
UPLOAD = "/gradio_api/upload"
Serve = Callable[..., str]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """``serve(login)`` gives the address of a page with the tools over MCP beside it."""
    pages = []

    def start(login: tuple[str, str] | None = None) -> str:
        opening = Opening(FakeAnalyst)  # type: ignore[arg-type]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        pages.append(build_page(opening))
        beside = McpServer(opening, login=login, only_here=login is None).app_kwargs()
        return launch(pages[-1], host="127.0.0.1", port=port, auth=login, beside=beside).rstrip("/")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        patch.setattr(attempts, "LONGEST_PAUSE", 0.0)  # how long they wait, tests/agent/page/access shows
        yield start
        for page in pages:
            page.close(verbose=False)


@pytest.fixture(scope="module")
def open_page(serve: Serve) -> str:
    return serve()


@pytest.fixture(scope="module")
def closed_page(serve: Serve) -> str:
    return serve(LOGIN)


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/gradio_api/queue/join", "/mcp"])
def test_another_name_leads_nowhere(open_page: str, path: str) -> None:
    for method in ("GET", "POST"):
        found = httpx.request(method, open_page + path, headers={"host": "evil.example"}, json={})
        assert found.status_code == 421


def test_another_page_sends_no_file(open_page: str) -> None:
    foreign, own = {"origin": "http://evil.example"}, {"origin": open_page}
    assert httpx.post(open_page + UPLOAD, files=FILE, headers=foreign).status_code == 403
    assert httpx.post(open_page + UPLOAD, files=FILE, headers=own).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/heartbeat/abc"),
        ("POST", "/gradio_api/reset"),
        ("POST", "/gradio_api/cancel"),
        ("POST", "/gradio_api/stream/abc"),
        ("POST", UPLOAD),
        ("GET", "/gradio_api/info"),
    ],
)
def test_without_a_login_nothing_is_open(closed_page: str, method: str, path: str) -> None:
    assert httpx.request(method, closed_page + path, timeout=5).status_code == 401


def test_a_login_opens_the_page(closed_page: str) -> None:
    assert httpx.get(closed_page).status_code == 200  # the form
    with httpx.Client(base_url=closed_page) as client:
        assert client.post("/login", data={"username": LOGIN[0], "password": LOGIN[1]}).status_code == 200
        assert client.get("/config").json()["mode"] == "blocks"
        assert client.post(UPLOAD, files=FILE).status_code == 200
        assert client.get("/openapi.json").status_code == 404


def test_guessed_logins_are_locked_out_at_both_doors(serve: Serve) -> None:
    address = serve(LOGIN)
    asked, accept = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, {"accept": "application/json"}
    found = [
        httpx.post(f"{address}/mcp", json=asked, headers=accept, auth=("me", "guess")).status_code,
        *(httpx.post(f"{address}/login", data={"username": "me", "password": f"{n}"}).status_code for n in range(9)),
        httpx.post(f"{address}/mcp", json=asked, headers=accept, auth=LOGIN).status_code,
    ]
    assert found == [401, *[400] * (attempts.FREE - 1), *[429] * (9 - attempts.FREE + 1), 429]


def test_own_posts_are_nobody_elses_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "indexes" / OWN).mkdir(parents=True, mode=0o755)  # as earlier versions made it
    catalogue = IndexCatalogue(Opening(FakeAnalyst), folder=tmp_path / "indexes")  # type: ignore[arg-type]
    half_made, _ = catalogue.place_for("a browser")
    for folder in (tmp_path / "indexes" / OWN, half_made.parent, half_made):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_the_page_writes_is_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from agent.page import serving

    def never(_: Any) -> Any:
        raise AssertionError

    before = os.umask(0o022)
    try:
        monkeypatch.setattr(serving, "check_port", lambda *_: None)
        monkeypatch.setattr(serving, "import_gradio", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            serving.serve_page(never, tmp_path, tmp_path, host="127.0.0.1", port=1, login=None, mcp=False)
        (tmp_path / "file").write_text("x")
        assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    finally:
        os.umask(before)
