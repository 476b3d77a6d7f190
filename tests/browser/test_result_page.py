"""The right side of the page in a real browser: real tools over a small index, and a script in place of the model."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from agent.page.build import build_page
from agent.page.opening import Opening
from app import app
from index.errors import AnalystError
from tests.browser.conftest import CHROMIUM, SCREENSHOTS, SIZES, analyst_of, ask, serve
from tests.fake_analyst import NASTY
from tools.library import Library
from tools.registry import call_tool

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def analyst(library: Library) -> Any:
    return analyst_of(library)


@pytest.fixture(scope="module")
def address(analyst: Any) -> Iterator[str]:
    page = build_page(Opening(lambda: analyst))
    yield serve(page)
    page.close(verbose=False)


@pytest.fixture
def page(address: str, browser: Any) -> Iterator[Any]:
    """A page at desktop size, on which nothing may go wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    opened = context.new_page()
    errors: list[str] = []
    asked: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    yield opened
    assert errors == [] and [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert opened.title() == "Audience Analyst"
    context.close()


# The button of the earlier answer is still there when it is asked again: resolved once it is gone.
BEGUN = """() => { window.begun = new Promise((done) => new MutationObserver(() => {
    if (!document.querySelector("#retry")?.checkVisibility()) done(true);
}).observe(document.body, {subtree: true, childList: true, attributes: true})); }"""


def test_an_audience_its_people_and_its_posts(page: Any) -> None:
    from playwright.sync_api import expect

    ask(page, "find_audience campaign=Nike & limit=7")
    see = page.locator("#see")
    expect(see.get_by_role("heading", name="Audience for Nike")).to_be_visible()
    expect(see.get_by_role("tab", name="People")).to_have_attribute("aria-selected", "true")
    expect(see.locator("#result tbody tr")).to_have_count(7)
    assert see.locator("#result").inner_text().count(NASTY[:200]) >= 1  # as long as a name may be
    assert see.locator("#see a, #see img, #see script, #result code").count() == 0

    see.get_by_role("button", name="@ana: profile and evidence").focus()
    page.keyboard.press("Enter")  # by keyboard alone
    expect(see.get_by_role("heading", name="@ana")).to_be_focused()
    expect(see.locator("#result")).to_contain_text("shoes, best running shoes ever!")
    expect(see.locator("#result mark").first).to_be_visible()
    expect(see.locator("#result")).to_contain_text("Profile")
    see.get_by_role("button", name="All people").click()
    expect(see.locator("#result tbody tr")).to_have_count(7)
    page.locator("#result button", has_text="script").click()  # the hostile one
    expect(see.locator("#result")).to_contain_text("Posts against it")
    assert see.locator("#result a, #result img, #result script").count() == 0

    see.get_by_role("tab", name="Posts").click()
    expect(see.locator("#posts .post").first).to_contain_text("Nike")
    expect(see.locator("#posts .tone").first).to_have_text(re.compile("positive|neutral|negative"))
    see.get_by_role("tab", name="Chart").click()
    expect(see.locator("#chart img").first).to_be_visible()
    see.get_by_role("tab", name="About this data").click()
    expect(see.locator("#data")).to_contain_text("posts.jsonl")


def test_an_answer_is_a_lead_and_a_list(page: Any, library: Library) -> None:
    from playwright.sync_api import expect

    ask(page, "whole find_audience campaign=Nike & limit=9")
    answer = page.locator("#conversation .answer")
    expect(answer.locator(".lead")).to_contain_text("Likeliest to engage with Nike")
    rows = answer.locator(".numbereds > li")
    expect(rows).to_have_count(7)  # all there are; the first five are open
    assert rows.evaluate_all("them => them.filter((each) => each.checkVisibility()).length") == 5
    assert answer.locator("a, img, script").count() == 0
    result = call_tool(library, "find_audience", {"campaign": "Nike", "limit": 9})
    shown = answer.evaluate("e => { const all = e.cloneNode(true); all.querySelectorAll('summary').forEach("
                            "(fold) => fold.remove()); return all.textContent; }")  # fmt: skip
    assert shown.split() == result.text.split()  # to the letter, for whoever copies it
    head, why = answer.evaluate("e => ['.head', '.why'].map((part) => e.querySelector(part).getBoundingClientRect()"
                                ".toJSON())")  # fmt: skip  # at one moment: the page may still be scrolling
    assert why["y"] >= head["y"] + head["height"] - 1 and why["x"] > head["x"]  # the style sheet is heeded


def test_a_person_of_the_chat_is_opened_beside_it(page: Any) -> None:
    from playwright.sync_api import expect

    ask(page, "whole find_audience campaign=Nike & limit=3")
    page.get_by_role("tab", name="Posts", exact=True).click()
    page.locator("#conversation .answer .head abbr", has_text="@ana").first.click()
    expect(page.get_by_role("heading", name="@ana")).to_be_visible()


def test_the_query_is_edited_and_run_again(page: Any, analyst: Any) -> None:
    from playwright.sync_api import expect

    ask(page, "find_audience campaign=Nike & limit=3")
    page.get_by_role("tab", name="Query").click()
    expect(page.locator("#campaign textarea")).to_have_value("Nike")
    page.locator("#campaign textarea").fill("iPhone")
    page.get_by_role("spinbutton", name="How many").fill("2")
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("heading", name="Audience for iPhone")).to_be_visible()
    expect(page.locator("#result tbody tr")).to_have_count(2)
    expect(page.locator("#conversation")).to_contain_text("Ranked 7 people for iPhone")
    expect(page.locator("#conversation")).to_contain_text("edited query, 2 people")
    (question, tool, args), *_ = analyst.noted  # the model will know of it in the next question
    assert question.startswith("Who would engage with iPhone") and tool == "find_audience"
    assert (args["campaign"], args["limit"]) == ("iPhone", 2)

    page.get_by_label("Results of this conversation").select_option(label="1. Audience for Nike")
    expect(page.get_by_role("heading", name="Audience for Nike")).to_be_visible()
    expect(page.locator("#result tbody tr")).to_have_count(3)

    page.get_by_role("tab", name="Query").click()
    page.get_by_role("textbox", name="Community").fill("nowhere")
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("alert").filter(has_text="no community named 'nowhere'")).to_be_visible()
    expect(page.get_by_role("heading", name="Audience for Nike")).to_be_visible()  # it stays


def test_asking_again_and_in_other_words(page: Any) -> None:
    from playwright.sync_api import expect

    ask(page, "search_posts query=Nike")
    talk = page.locator("#conversation")
    page.evaluate(BEGUN)
    page.click("#retry")
    page.evaluate("window.begun")
    expect(page.locator("#retry")).to_be_visible()
    assert talk.inner_text().count("search_posts query=Nike") == 1
    page.click("#edit")
    expect(page.locator("#question textarea")).to_have_value("search_posts query=Nike")
    page.click("#cancel")
    expect(page.locator("#question textarea")).to_have_value("")
    page.click("#edit")
    ask(page, "search_posts query=marathon")
    expect(talk).not_to_contain_text("query=Nike")
    expect(page.get_by_role("heading", name="Posts about marathon")).to_be_visible()
    expect(page.get_by_label("Results of this conversation")).to_have_count(0)


def test_conversations_are_kept_and_reopened_by_this_browser_only(page: Any, address: str, browser: Any) -> None:
    from playwright.sync_api import expect

    ask(page, "search_posts query=Nike")
    page.click("#fresh")
    expect(page.locator("#conversation")).not_to_contain_text("Nike")
    ask(page, "search_posts query=marathon")
    expect(page.get_by_role("button", name="Delete the conversation")).to_have_count(0)  # the list is closed
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#talks .talk")).to_have_count(2)
    page.locator("#talks .talk", has_text="query=Nike").click()
    expect(page.locator("#conversation")).to_contain_text("query=Nike")
    expect(page.get_by_role("heading", name="Posts about Nike")).to_be_visible()

    page.reload()
    expect(page.locator("#conversation")).to_contain_text("query=marathon")
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Delete the conversation: search_posts query=marathon").click()
    expect(page.locator("#talks .talk")).to_have_count(1)
    expect(page.locator("#conversation")).to_contain_text("query=Nike")

    stranger = browser.new_context().new_page()
    stranger.goto(address)
    expect(stranger.locator("#examples button").first).to_be_visible()
    expect(stranger.locator("#conversation")).not_to_contain_text("query=")
    stranger.get_by_role("button", name="Conversations").click()
    expect(stranger.locator("#talks .talk")).to_have_text(["New conversation"])
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "Nike" not in stored and "marathon" not in stored
    stranger.context.close()


def test_everything_can_be_taken_away(page: Any, library: Library, tmp_path: Path) -> None:
    ask(page, "find_audience campaign=Nike & limit=3")
    page.get_by_role("tab", name="Take away").click()
    files = {}
    for name in ("Result as CSV", "Result for Excel", "Result as Markdown", "Result as JSON", "Chart as PNG",
                 "Chart as SVG", "Conversation as Markdown", "Calls as a script"):  # fmt: skip
        with page.expect_download(timeout=20_000) as waiting:
            page.get_by_role("button", name=name).click()
        files[waiting.value.suggested_filename] = Path(waiting.value.path()).read_bytes()
    assert set(files) == {
        "audience-for-nike.csv", "audience-for-nike.xlsx", "audience-for-nike.md", "audience-for-nike.json",
        "audience-for-nike.png", "audience-for-nike.svg", "conversation.md", "calls.sh",
    }  # fmt: skip
    rows = list(csv.reader(files["audience-for-nike.csv"].decode().splitlines()))
    expected = call_tool(library, "find_audience", {"campaign": "Nike", "limit": 3})
    assert len(rows) == 1 + len(expected.handles) == 4
    people = [{**person, "handle": person["user"]} for person in expected.to_dict()["people"]]
    data = json.loads(files["audience-for-nike.json"])
    assert data["people"] == people and data["export"]["question"] == "find_audience campaign=Nike & limit=3"
    book = load_workbook(io.BytesIO(files["audience-for-nike.xlsx"]))
    assert book.sheetnames[:2] == ["People", "About"] and book["People"].max_row == 4
    assert files["audience-for-nike.md"].decode().startswith("# Audience for Nike\n")
    assert files["audience-for-nike.png"].startswith(b"\x89PNG")
    assert "analyst call find_audience campaign=Nike limit=3 --index" in files["calls.sh"].decode()
    assert "## find" in files["conversation.md"].decode()
    # The script gives the same result when it is run.
    command = shlex.split(files["calls.sh"].decode().strip().splitlines()[-1])
    assert command[:2] == ["analyst", "call"]
    run = CliRunner().invoke(app, command[1:])
    assert run.exit_code == 0 and json.loads(run.stdout)["people"] == expected.to_dict()["people"]


def test_a_result_that_is_no_audience_can_be_taken_away_too(page: Any) -> None:
    ask(page, "count of=people & topic=Nike")
    page.get_by_role("tab", name="Take away").click()
    for name, ending in (("Result as CSV", "csv"), ("Result for Excel", "xlsx"), ("Result as Markdown", "md")):
        with page.expect_download(timeout=20_000) as waiting:
            page.get_by_role("button", name=name).click()
        assert waiting.value.suggested_filename == f"how-many-people-nike.{ending}"
    assert not page.get_by_role("button", name="Report to print and send").is_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(address: str, browser: Any, size: str, scheme: str) -> None:
    from playwright.sync_api import expect

    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#examples button").first).to_be_visible()
    for name, question in (("first", ""), ("audience", "find_audience campaign=Nike"), ("error", "get_profile user=x")):
        if question:
            ask(page, question)
        page.wait_for_timeout(600)
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{scheme}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("#conversation")).to_contain_text("Nobody named @x has posted here")
    talk, see = page.locator("#talk").bounding_box(), page.locator("#see").bounding_box()
    beside = see["x"] >= talk["x"] + talk["width"]
    assert beside if size == "desktop" else see["y"] >= talk["y"] + talk["height"] and not beside
    context.close()


def test_an_index_that_cannot_be_opened_is_told(browser: Any) -> None:
    from playwright.sync_api import expect

    def load() -> Any:
        raise AnalystError("There is no index directory here", where="x", todo="Make one.")

    blocks = build_page(Opening(load))
    page = browser.new_context().new_page()
    page.goto(serve(blocks))
    expect(page.get_by_role("alert")).to_contain_text("There is no index directory here (x). Make one.")
    page.fill("#question textarea", "anything")
    page.keyboard.press("Enter")
    expect(page.locator("#conversation")).to_contain_text("There is no index directory here (x). Make one.")
    page.context.close()
    blocks.close(verbose=False)


def test_a_question_that_is_faster_than_the_page_is_answered(address: str, browser: Any) -> None:
    from playwright.sync_api import expect

    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.locator("#question textarea").wait_for()
    page.evaluate("""() => {
        const box = document.querySelector('#question textarea');
        box.value = 'search_posts query=Nike';
        box.dispatchEvent(new Event('input', {bubbles: true}));
        setTimeout(() => box.dispatchEvent(new KeyboardEvent('keypress', {key: 'Enter', bubbles: true})), 20);
    }""")
    expect(page.get_by_role("heading", name="Posts about Nike")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Posts about Nike")).to_be_visible()  # in the session of this browser
    expect(page.locator("#data")).to_contain_text("About this data")
    expect(page.locator("#examples button")).to_have_count(0)
    context.close()
