"""The page in a real browser, over an analyst that needs no model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from agent.events import Event, ToolStarted
from agent.page import handlers as page_wiring
from agent.page.answering import LOADING, STOPPED
from agent.page.build import build_page
from agent.page.opening import Opening
from agent.page.serving import launch
from index.errors import AnalystError
from tests.browser.conftest import CHROMIUM, SCREENSHOTS, serve
from tests.fake_analyst import NASTY, FakeAnalyst, plain_script

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")


def script(question: str) -> Iterator[Event]:
    if question.startswith("slow"):
        yield ToolStarted("1", "search_posts", {"query": "slow"})
        time.sleep(4)
    yield from plain_script(question)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, FakeAnalyst]]:
    analyst = FakeAnalyst(script)

    def load() -> Any:
        time.sleep(1)
        return analyst

    page = build_page(Opening(load))
    yield serve(page), analyst
    page.close(verbose=False)


def test_a_conversation(served: tuple[str, FakeAnalyst], browser: Any) -> None:
    from playwright.sync_api import expect

    address, analyst = served
    page = browser.new_page(viewport={"width": 1200, "height": 850})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    expect(page.get_by_role("heading", name="Audience Analyst")).to_be_visible()
    expect(page.locator("#about")).to_contain_text(LOADING)

    page.fill("#question textarea", "Who drinks <b>tea</b>?")
    page.keyboard.press("Enter")
    talk = page.locator("#conversation")
    expect(talk).to_contain_text("Who drinks <b>tea</b>?")
    expect(talk).to_contain_text("Searched posts about tea")
    expect(talk).to_contain_text("They like tea, asked 'Who drinks <b>tea</b>?'.")
    expect(page.locator("#about")).to_contain_text("12,345 posts by 678 people, 2013-01-03 to 2023-06-30")
    expect(talk.locator("strong", has_text="tea")).to_be_visible()

    talk.get_by_text("Searched posts about tea").click()  # the step opens
    expect(talk.get_by_text("2 posts nearest to tea")).to_be_visible()
    assert talk.inner_text().count(NASTY) == 2  # to the letter, in the step and in the answer
    assert talk.locator("a, img, script, code").count() == 0
    assert page.title() == "Audience Analyst"
    page.screenshot(path=SCREENSHOTS / "conversation.png")

    expect(page.locator("#ask")).to_be_visible()
    page.fill("#question textarea", "slow one")
    page.click("#ask")
    expect(page.locator("#stop")).to_be_visible()
    expect(talk).to_contain_text("Searching posts about slow")
    page.click("#stop")
    expect(talk).to_contain_text(STOPPED, timeout=2000)
    expect(page.locator("#ask")).to_be_visible()

    page.click("#fresh")
    expect(talk).not_to_contain_text("slow one")
    page.fill("#question textarea", "one more")
    page.click("#ask")
    expect(talk).to_contain_text("They like tea, asked 'one more'.")
    assert [question for question, _ in analyst.asked] == ["Who drinks <b>tea</b>?", "slow one", "one more"]
    assert len({thread for _, thread in analyst.asked}) == 2  # "New conversation" begins a thread of its own

    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert errors == []


def test_a_tab_that_is_opened_meanwhile_sees_the_rest_of_an_answer(
    served: tuple[str, FakeAnalyst], browser: Any
) -> None:
    from playwright.sync_api import expect

    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    first.goto(served[0])
    first.fill("#question textarea", "slow two")
    first.keyboard.press("Enter")
    expect(first.locator("#conversation")).to_contain_text("Searching posts about slow")
    second.goto(served[0])
    expect(second.locator("#conversation")).to_contain_text("slow two")
    for page in (first, second):
        expect(page.locator("#conversation")).to_contain_text("They like tea, asked 'slow two'.")
        expect(page.locator("#retry")).to_be_visible()
    context.close()


def test_ten_visitors_do_not_see_each_other(served: tuple[str, FakeAnalyst], browser: Any) -> None:
    from playwright.sync_api import expect

    address, analyst = served
    analyst.asked.clear()
    pages = [browser.new_context().new_page() for _ in range(10)]
    for page in pages:
        page.goto(address)
    for number, page in enumerate(pages):
        page.fill("#question textarea", f"from visitor {number}.")
        page.keyboard.press("Enter")
    for number, page in enumerate(pages):
        talk = page.locator("#conversation")
        expect(talk).to_contain_text(f"They like tea, asked 'from visitor {number}.'.")
        expect(talk.get_by_text("from visitor", exact=False)).to_have_count(2)  # the question and its answer
    assert len({thread for _, thread in analyst.asked}) == 10
    for page in pages:
        page.context.close()


def test_whoever_waits_is_told_their_place(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from playwright.sync_api import expect

    monkeypatch.setattr(page_wiring, "AT_ONCE_ANSWERED", 1)
    going = threading.Event()

    def until_told(question: str) -> Iterator[Event]:
        going.wait(60)
        yield from plain_script(question)

    analyst = FakeAnalyst(until_told)
    blocks = build_page(Opening(lambda: analyst))  # type: ignore[arg-type, return-value]
    address = serve(blocks)
    pages = [browser.new_context().new_page() for _ in range(3)]
    for place, page in enumerate(pages):
        page.goto(address)
        page.fill("#question textarea", f"question {place}")
        page.keyboard.press("Enter")
        said = f"Others are being answered first. You are {'1st' if place == 1 else '2nd'} in line"
        expect(page.locator("#conversation")).to_contain_text(said if place else "Thinking")
    pages[-1].screenshot(path=SCREENSHOTS / "in-line.png")
    going.set()
    for place, page in enumerate(pages):
        expect(page.locator("#conversation")).to_contain_text(f"They like tea, asked 'question {place}'.")
        page.context.close()
    blocks.close(verbose=False)


def test_a_login_is_asked_for(browser: Any) -> None:
    import httpx
    from playwright.sync_api import expect

    analyst = FakeAnalyst()
    blocks = build_page(Opening(lambda: analyst))  # type: ignore[arg-type, return-value]
    address = serve(blocks, auth=("ana", "tea"))
    assert httpx.get(f"{address}config").status_code == 401
    assert httpx.post(f"{address}gradio_api/upload", files={"files": b"x"}).status_code == 401
    page = browser.new_context().new_page()
    page.goto(address)
    expect(page.get_by_text("log in with the name and the password")).to_be_visible()
    page.get_by_label("username").fill("ana")
    page.get_by_label("password").fill("coffee")
    page.screenshot(path=SCREENSHOTS / "login.png")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_text("Incorrect", exact=False).first).to_be_visible()
    expect(page.locator("#question")).to_have_count(0)
    page.reload()
    page.get_by_label("username").fill("ana")
    page.get_by_label("password").fill("tea")
    page.get_by_role("button", name="Login").click()
    expect(page.locator("#question textarea")).to_be_visible()
    page.context.close()
    blocks.close(verbose=False)


def test_a_taken_port_is_a_sentence(served: tuple[str, FakeAnalyst]) -> None:
    port = int(served[0].rstrip("/").rpartition(":")[2])
    with pytest.raises(AnalystError, match=f"Port {port} is taken"):
        launch(build_page(lambda: served[1]), host="127.0.0.1", port=port)  # type: ignore[arg-type, return-value]


def test_the_browser_is_told_to_ask_nobody_else(served: tuple[str, FakeAnalyst]) -> None:
    import httpx

    policy = httpx.get(served[0]).headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_the_list_of_conversations_covers_nothing_and_closes_on_escape(
    served: tuple[str, FakeAnalyst], browser: Any
) -> None:
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(served[0])
    expect(page.locator("#about")).to_contain_text("12,345 posts")
    page.click(".sidebar .toggle-button")
    expect(page.locator(".sidebar.open")).to_be_visible()
    page.wait_for_timeout(600)  # it slides
    drawer, talk = page.locator("#talks").bounding_box(), page.locator("#talk").bounding_box()
    assert drawer is not None and talk is not None and talk["x"] >= drawer["x"] + drawer["width"]
    assert talk["x"] + talk["width"] < 1280 and page.locator("#question").is_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".sidebar.open")).to_have_count(0)
    page.close()
