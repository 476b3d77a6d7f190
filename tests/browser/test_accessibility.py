"""For eyes that see little and hands without a mouse: axe-core finds no serious fault, and the keyboard is enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.page.build import build_page
from agent.page.opening import Opening
from tests.browser.conftest import CHROMIUM, analyst_of, ask, serve
from tools.library import Library

MOST_TABS = 60  # presses of the Tab key before something is out of reach
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    page = build_page(Opening(lambda: analyst_of(library)))
    yield serve(page)
    page.close(verbose=False)


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, address: str, browser: Any) -> Iterator[Any]:
    from playwright.sync_api import expect

    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme=request.param)
    opened = context.new_page()
    opened.goto(address)
    expect(opened.locator("#data")).to_contain_text("posts.jsonl")
    expect(opened.locator("body.dark")).to_have_count(int(request.param == "dark"))
    yield opened
    context.close()


def faults(page: Any) -> list[str]:
    """Serious and critical faults that axe-core finds, each with the places."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_timeout(400)  # colours that are still fading in have another contrast
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def test_axe_finds_what_is_wrong(page: Any) -> None:
    page.set_content('<main><img src="data:,"><button></button></main>')
    assert {fault.split()[0] for fault in faults(page)} >= {"image-alt", "button-name"}


def test_no_serious_fault_at_the_first_visit(page: Any) -> None:
    assert faults(page) == []


def test_no_serious_fault_in_an_answer_and_a_person(page: Any) -> None:
    from playwright.sync_api import expect

    ask(page, "find_audience campaign=Nike & limit=6")
    expect(page.locator("#result tbody tr")).to_have_count(6)
    assert faults(page) == []
    page.get_by_role("button", name="@ana: profile and evidence").click()
    expect(page.get_by_role("heading", name="@ana")).to_be_visible()
    assert faults(page) == []
    for tab in ("Chart", "Posts", "Query", "Take away"):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
        assert [f"{tab}: {fault}" for fault in faults(page)] == []


def test_no_serious_fault_where_posts_cannot_be_brought(page: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    page.click("#bring")
    expect(page.locator("#drop")).to_be_visible()
    assert faults(page) == []
    source = tmp_path / "export.csv"
    source.write_text("who,what\nana,Nike is great\nben,tea is fine\n", encoding="utf-8")
    page.locator("#drop input[type=file]").set_input_files(source)
    expect(page.locator("#own-state [role=alert]")).to_contain_text("takes no posts")
    assert faults(page) == []


def test_by_keyboard_alone(page: Any) -> None:
    from playwright.sync_api import expect

    reach(page, "textarea", "Your question")
    page.keyboard.type("find_audience campaign=Nike & limit=3")
    page.keyboard.press("Enter")
    expect(page.locator("#result tbody tr")).to_have_count(3)
    expect(page.locator("#retry")).to_be_visible()
    reach(page, "button", "1. @ana: profile and evidence")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="@ana")).to_be_focused()
    reach(page, "button", "← All people", key="Shift+Tab")  # it stands right before the name
    page.keyboard.press("Enter")
    expect(page.locator("#result tbody tr")).to_have_count(3)


def reach(page: Any, tag: str, name: str, *, key: str = "Tab") -> None:
    """Press ``key`` until the element with that tag and name has the focus, which must be seen."""
    for _ in range(MOST_TABS):
        if page.evaluate(
            """([tag, name]) => {
                const held = document.activeElement;
                const said = held.getAttribute('aria-label') || held.innerText || '';
                return held.matches(tag) && said.trim().startsWith(name);
            }""",
            [tag, name],
        ):
            ring = page.evaluate(
                "() => (({outlineStyle, boxShadow}) => [outlineStyle, boxShadow])"
                "(getComputedStyle(document.activeElement))"
            )
            assert ring != ["none", "none"], f"the focus on {name} is not seen"
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {name}")
