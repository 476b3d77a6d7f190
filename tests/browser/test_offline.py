"""With the network shut: the page asks nobody but its own server, and works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.page.build import build_page
from agent.page.opening import Opening
from tests.browser.conftest import CHROMIUM, analyst_of, ask, serve
from tools.library import Library

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    page = build_page(Opening(lambda: analyst_of(library)))
    yield serve(page)
    page.close(verbose=False)


def test_no_request_leaves(browser: Any, address: str) -> None:
    from playwright.sync_api import expect

    context = browser.new_context(viewport={"width": 1280, "height": 860})
    refused: list[str] = []

    def gate(route: Any) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    context.route("**/*", gate)
    context.route_web_socket("**/*", lambda socket: refused.append(socket.url))
    page = context.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(address)
    expect(page.locator("#data")).to_contain_text("posts.jsonl")
    ask(page, "find_audience campaign=Nike & limit=3")
    expect(page.locator("#result tbody tr")).to_have_count(3)
    page.get_by_role("tab", name="Chart", exact=True).click()
    expect(page.locator("#chart img").first).to_be_visible()
    page.get_by_role("tab", name="Take away").click()
    with page.expect_download() as taken:
        page.click("#take-csv")
    assert "ana" in Path(taken.value.path()).read_text(encoding="utf-8")
    assert refused == [] and len(requested) > 10
    assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []
    context.close()
