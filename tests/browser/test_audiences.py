"""An audience in a real browser: kept below a result, opened, changed, compared and deleted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.page.build import build_page
from agent.page.opening import Opening
from index.audiences import audience_named, read_audiences
from tests.browser.conftest import CHROMIUM, analyst_of, ask, serve
from tools.library import Library

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")


@pytest.fixture
def folder(library: Library, tmp_path: Path) -> Path:
    return shutil.copytree(library.path, tmp_path / "index")


@pytest.fixture
def page(folder: Path, browser: Any) -> Iterator[Any]:
    analyst = analyst_of(Library.open(folder))
    served = build_page(Opening(lambda: analyst))
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(serve(served))
    yield opened
    assert errors == []
    context.close()
    served.close(verbose=False)


def test_an_audience_is_kept_opened_changed_compared_and_deleted(page: Any, folder: Path) -> None:
    from playwright.sync_api import expect

    ask(page, "find_audience campaign=Nike & limit=7")  # a hostile handle among them
    page.get_by_label("Name of the audience").fill("Spring runners")
    page.keyboard.press("Enter")
    expect(page.locator("#keep-note")).to_contain_text("Spring runners has 7 people.")
    ask(page, "rank of=person & limit=2")
    page.get_by_label("Name of the audience").fill("Talkers")
    page.get_by_role("button", name="Keep as an audience").click()
    expect(page.locator("#keep-note")).to_contain_text("Talkers has 2 people.")

    page.get_by_role("tab", name="Audiences").click()
    page.locator("#audiences .talk", has_text="Spring runners").click()
    expect(page.get_by_role("heading", name="The audience Spring runners")).to_be_visible()
    assert page.locator("#see a, #see img, #see script").count() == 0
    page.get_by_role("button", name="Take @ben out").click()
    expect(page.locator("#result")).not_to_contain_text("@ben")
    assert "ben" not in audience_named(folder, "Spring runners").people

    page.get_by_role("tab", name="Audiences").click()
    page.get_by_role("button", name="Compare Spring runners with Talkers").click()
    expect(page.get_by_role("heading", name="The audiences Spring runners and Talkers")).to_be_visible()
    page.get_by_role("tab", name="Audiences").click()
    page.get_by_role("button", name="Delete the audience Talkers").click()
    expect(page.locator("#audiences")).to_contain_text("Deleted the audience Talkers.")
    assert len(read_audiences(folder)) == 1
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#audiences .talk", has_text="Talkers")).to_be_visible()
    assert len(read_audiences(folder)) == 2
