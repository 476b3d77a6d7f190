"""Every route of the running server, with and without a login: without one nothing is told of the posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.page.access import attempts
from agent.page.access.gate import OPEN, OPEN_FOLDERS
from agent.page.opening import Opening
from tests.agent.test_mcp import LOGIN, served
from tests.fake_analyst import FakeAnalyst
from tools.library import Library

# Of the tiny index, and of the page behind the login.
TELLS = ("ana", "cleo", "r/running", "Nike", "iPhone", "find_audience", "London marathon")
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


@pytest.fixture(scope="module")
def page(tiny_index: Path) -> Iterator[tuple[str, Any]]:
    library = Library.open(tiny_index)
    opening = Opening(lambda: FakeAnalyst(library=library, manifest=library.manifest))  # type: ignore[arg-type, return-value]
    address, made = served(opening, LOGIN)
    yield address.rstrip("/"), made.app
    made.close(verbose=False)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "LONGEST_PAUSE", 0.0)


def paths(routes: Iterable[Any], before: str = "") -> Iterator[str]:
    """Each route with something in place of what it takes from the path."""
    for route in routes:
        path = before + getattr(route, "path", "")
        yield re.sub(r"\{[^}]*\}", "x", path) or "/"
        yield from paths(getattr(route, "routes", None) or (), path)


def is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_FOLDERS)


def test_without_a_login_no_route_tells_anything(page: tuple[str, Any]) -> None:
    address, app = page
    every = sorted({*paths(app.routes), "/mcp", "/config", "/gradio_api/upload", "/gradio_api/queue/join"})
    assert len(every) > 30
    with httpx.Client(base_url=address, timeout=20, follow_redirects=False) as visitor:
        for path in every:
            for method in METHODS:
                if path in ("/login", "/mcp") and method == "POST":
                    continue  # tries of a login, which are counted; tested beside the gate
                with visitor.stream(method, path) as answer:
                    if answer.status_code >= 400 or is_open(path):
                        body = answer.read().decode("utf-8", "replace") if path != "/gradio_api/startup-events" else ""
                    else:
                        pytest.fail(f"{method} {path} answers {answer.status_code} to whoever asks")
                if not path.startswith(OPEN_FOLDERS):
                    words = set(re.findall(r"[\w/]+", body))
                    assert not words & set(TELLS), f"{method} {path} tells {words & set(TELLS)}"


def test_with_a_login_the_page_is_there(page: tuple[str, Any]) -> None:
    address, _ = page
    with httpx.Client(base_url=address, timeout=20) as visitor:
        assert visitor.get("/config").json().get("auth_required") is True
        entered = visitor.post("/login", data={"username": LOGIN[0], "password": LOGIN[1]})
        assert entered.status_code == 200
        for cookie in entered.headers.get_list("set-cookie"):
            assert "httponly" in cookie.casefold() and "samesite" in cookie.casefold()
        assert "components" in visitor.get("/config").json()
        for path in ("/", "/gradio_api/queue/status", "/gradio_api/info"):
            answer = visitor.get(path)
            assert answer.status_code != 401, path
            assert "content-security-policy" in answer.headers
