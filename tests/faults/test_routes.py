"""A scanner at the page that is really served: every route, with every method, without the login and with it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.page.access import attempts
from agent.page.access.routes import INSIDE, INSIDE_FOLDERS, OPEN, OPEN_FOLDERS
from tests.faults.routes import LEAVING, LOGIN, METHODS, READ, WAIT, Route, asked, logged_in, routes_of, served

DOC = Path(__file__).parents[2] / "docs" / "routes.md"
# Of the page and its data, nothing of which is a stranger's business.
TELLING = (b'"props"', b'"targets"', b'"children"', b"12,345")
CLOSED = (401, 403, 404, 405)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
FILE = {"files": ("posts.csv", b"id,author,text\n1,ana,hello\n")}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Route], str, Path]]:
    """The routes, the address, and the folder of what is brought."""
    folder = tmp_path_factory.mktemp("uploads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        patch.setattr(attempts, "LONGEST_PAUSE", 0.0)
        patch.setattr(attempts, "FREE", 10_000)  # how soon they are locked out, tests/agent/page/access shows
        with served() as (app, address):
            yield routes_of(app), address, folder


@pytest.fixture(scope="module")
def routes(page: tuple[list[Route], str, Path]) -> list[Route]:
    return page[0]


@pytest.fixture
def stranger(page: tuple[list[Route], str, Path]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=page[1], timeout=WAIT) as client:
        yield client


@pytest.fixture
def visitor(page: tuple[list[Route], str, Path]) -> Iterator[httpx.Client]:
    with logged_in(page[1]) as client:
        yield client


def is_open(route: Route) -> bool:
    path = route.path.rstrip("/") or "/"
    return path in OPEN or route.path.startswith(OPEN_FOLDERS)


def is_guarded(answer: httpx.Response) -> None:
    """An answer says to browsers what every answer of the page must say."""
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, (answer.url, name)
    policy = answer.headers["content-security-policy"]
    for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy, answer.url
    for cookie in answer.headers.get_list("set-cookie"):
        assert "samesite=lax" in cookie.lower(), cookie
        assert "httponly" in cookie.lower() or '=""' in cookie, cookie  # the second takes one away


def unchanged(client: httpx.Client, path: str) -> tuple[int, bytes]:
    """Status and body for a path to the letter: httpx would take "/../" out of it."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    line = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=WAIT)
    line.request("GET", path, headers={"cookie": cookies} if cookies else {})
    answer = line.getresponse()
    body = answer.read(READ)
    line.close()
    return answer.status, body


def test_every_route_is_listed(routes: list[Route]) -> None:
    """A route that nobody has looked at is missing in ``docs/routes.md``."""
    rows = [line.split("|") for line in DOC.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = {row[1].strip(" `"): row[2].strip() for row in rows}
    assert {route.path: ", ".join(route.methods) for route in routes} == listed


def test_all_of_the_application_is_walked(routes: list[Route]) -> None:
    paths = {route.path.rstrip("/") or "/" for route in routes}
    assert len(routes) > 60 and {*OPEN, *INSIDE} - {"/gradio_api/run/predict"} <= paths
    assert "/mcp" in paths and "/gradio_api/run/{api_name}" in paths


def test_nothing_new_is_open() -> None:
    """What strangers may ask for, to the letter: whoever opens more looks here."""
    assert {*OPEN} == {
        "/", "/login", "/logout", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json",
        "/gradio_api/app_id", "/gradio_api/startup-events",
    }  # fmt: skip
    assert OPEN_FOLDERS == ("/assets/", "/static/")
    assert INSIDE_FOLDERS == ("/gradio_api/heartbeat/",)


def test_a_stranger_is_told_nothing(routes: list[Route], stranger: httpx.Client) -> None:
    for route in routes:
        for method in METHODS if not is_open(route) else {*route.methods, "POST"}:
            answer, body = asked(stranger, method, route.filled)
            is_guarded(answer)
            if not is_open(route):
                assert answer.status_code in CLOSED, (method, route.path, answer.status_code)
            assert len(body) < 500 or is_open(route)
            assert not any(word in body for word in (*TELLING, b"find_audience")), (method, route.path)


def test_a_strangers_front_door_is_the_form(stranger: httpx.Client) -> None:
    front = stranger.get("/")
    assert front.status_code == 200 and not any(word in front.content for word in TELLING)
    config = stranger.get("/config")
    assert config.status_code == 401 and set(config.json()["detail"]) == {"error", "auth_message"}


def test_what_was_made_up_is_no_login(routes: list[Route], page: Any) -> None:
    made_up = {"cookie": "access-token-x=guess; access-token-unsecure-x=guess", "authorization": "Bearer guess"}
    with httpx.Client(base_url=page[1], timeout=WAIT, headers=made_up) as client:
        for route in routes:
            if not is_open(route):
                assert asked(client, route.methods[0], route.filled)[0].status_code in CLOSED, route.path


def test_inside_only_what_the_page_needs_is_there(routes: list[Route], visitor: httpx.Client) -> None:
    for route in routes:
        path = route.path.rstrip("/") or "/"
        used = is_open(route) or path in INSIDE or route.path.startswith(INSIDE_FOLDERS) or path == "/mcp"
        if route.path in LEAVING:
            continue
        for method in route.methods:
            answer, _ = asked(visitor, method, route.filled)
            is_guarded(answer)
            if not used:
                assert answer.status_code == 404, (method, route.path)
    config = visitor.get("/config")  # the login held all the while
    assert config.json()["mode"] == "blocks" and all(word in config.content for word in TELLING[:3])


def test_other_names_and_other_pages_reach_no_route(routes: list[Route], visitor: httpx.Client) -> None:
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    for route in routes:
        if route.path in LEAVING:
            continue
        method = route.methods[0]
        assert asked(visitor, method, route.filled, headers={"host": "evil.example"})[0].status_code == 421
        assert asked(visitor, method, route.filled, headers=foreign)[0].status_code == 403, route.path


OUTSIDE = (
    "/gradio_api/file=/etc/passwd", "/gradio_api/file=app.py", "/gradio_api/file=../../../../etc/passwd",
    "/gradio_api/file/etc/passwd", "/gradio_api/file=https://example.com/", "/gradio_api/proxy=https://example.com/",
    "/assets/../config", "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd", "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%5c..%5cetc%5cpasswd", "/assets//etc/passwd", "/static/img/../../../routes.py",
    "/gradio_api/heartbeat/../queue/status",
)  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("who", ["stranger", "visitor"])
def test_no_path_leads_to_a_file(request: pytest.FixtureRequest, who: str, path: str) -> None:
    client: httpx.Client = request.getfixturevalue(who)
    status, body = unchanged(client, path)
    assert status in CLOSED, path
    assert b"root:" not in body and b"import " not in body


def test_what_one_brings_no_other_reaches(page: Any, visitor: httpx.Client) -> None:
    (brought,) = visitor.post("/gradio_api/upload", files=FILE).json()
    assert Path(brought).is_relative_to(page[2])
    with logged_in(page[1]) as other:
        for client in (other, visitor):  # the page never asks for it again, so nobody may
            for path in (f"/gradio_api/file={brought}", f"/gradio_api/file/{brought}"):
                assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "..\\evil.csv", ".bashrc", "a/../../evil.csv"])
def test_a_file_lands_nowhere_else(page: Any, visitor: httpx.Client, name: str) -> None:
    answer = visitor.post("/gradio_api/upload", files={"files": (name, b"id,author,text\n1,ana,hi\n")})
    for brought in answer.json() if answer.status_code == 200 else ():
        assert Path(brought).resolve().is_relative_to(page[2].resolve()), brought
        assert ".." not in Path(brought).parts


def test_sockets_are_closed(page: Any) -> None:
    upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
               "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    assert httpx.get(f"{page[1]}/gradio_api/queue/join", headers=upgrade, timeout=WAIT).status_code in CLOSED


def test_tools_over_mcp_ask_for_the_login(page: Any) -> None:
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    for auth in (None, ("me", "guess"), ("", "")):
        found = httpx.post(f"{page[1]}/mcp", json=listing, headers=accept, auth=auth, timeout=WAIT)
        assert found.status_code == 401 and "find_audience" not in found.text
        is_guarded(found)
    found = httpx.post(f"{page[1]}/mcp", json=listing, headers=accept, auth=LOGIN, timeout=WAIT)
    assert "find_audience" in json.dumps(found.json())
    is_guarded(found)
