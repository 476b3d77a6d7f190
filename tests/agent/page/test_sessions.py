"""Conversations: kept apart, found again, taken back, and taken away."""

from __future__ import annotations

import base64
import csv
import io
import json
import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from agent.page import sessions as page_sessions
from agent.page.conversation import Conversation
from agent.page.downloads import (
    DOWNLOADS,
    call_line,
    call_list_html,
    conversation_markdown,
    downloads,
    script,
)
from agent.page.screen import conversations_html
from agent.page.sessions import Sessions, Visit
from agent.page.views.query import QUERY, query_args, query_values
from agent.page.views.shown import Shown, result_size
from tests.agent.page.views.test_html import Read
from tests.fake_analyst import NASTY, told
from tools.find_audience import FindAudience
from tools.library import Library
from tools.registry import call_tool


@pytest.fixture(scope="module")
def library(tiny_index: Path) -> Library:
    return Library.open(tiny_index)


@pytest.fixture
def visit(library: Library) -> Visit:
    """A conversation with an audience and a search."""
    conversation = Conversation()
    conversation.put("Who'd engage\nwith a Nike ad?")
    conversation.pending = None
    for name, args in (
        ("find_audience", {"campaign": "Nike ad", "interests": ["running, fast", "it's"], "limit": 2}),
        ("search_posts", {"query": "$(touch x); `y` \"z\" 'w'", "limit": 1}),
    ):
        conversation.add(
            Shown(name, args, call_tool(library, name, args), 0.1, "Who'd engage\nwith a Nike ad?", model="a/model"),
            "tried",
        )
    sessions = Sessions()
    visit = Visit(sessions.open(None, None), conversation)
    visit.session.conversations = [conversation]
    return visit


def test_a_browser_finds_its_conversations_again_and_no_other() -> None:
    sessions = Sessions()
    mine, other = sessions.open(None, None), sessions.open(None, None)
    assert sessions.open(mine.key, None) is mine and sessions.open(other.key, None) is other
    assert mine.key != other.key and len(mine.key) >= 40
    for guess in ("", "x", mine.key[:-1], 7, {"key": mine.key}, [mine.key], True):
        found = sessions.open(guess, None)
        assert found is not mine and found is not other and found.key != guess
    assert mine.key not in repr(mine)


def test_a_session_belongs_to_who_was_logged_in() -> None:
    sessions = Sessions()
    mine = sessions.open(None, "ana")
    assert sessions.open(mine.key, "ben") is not mine and sessions.open(mine.key, None) is not mine
    assert sessions.open(mine.key, "ana") is mine


def test_sessions_and_conversations_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[str] = []
    sessions = Sessions(forgotten.append)
    monkeypatch.setattr(page_sessions, "MOST_SESSIONS", 2)
    monkeypatch.setattr(page_sessions, "MOST_CONVERSATIONS", 2)
    first = sessions.open(None, None)
    talks = []
    for _ in range(3):
        talks.append(sessions.begin(first))
        talks[-1].put("q")
    assert first.conversations == talks[1:] and forgotten == [talks[0].thread] and talks[0].stop.is_set()
    sessions.open(None, None)
    sessions.open(None, None)  # the first one was not seen for longest
    assert sessions.open(first.key, None) is not first
    assert set(forgotten) == {talk.thread for talk in talks}


def test_old_sessions_go(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions()
    mine = sessions.open(None, None)
    mine.seen -= page_sessions.LONGEST_ABSENCE + 1
    sessions.open(None, None)
    assert sessions.open(mine.key, None) is not mine


def test_an_empty_conversation_is_not_kept() -> None:
    sessions = Sessions()
    session = sessions.open(None, None)
    empty, fresh = sessions.begin(session), sessions.begin(session)
    assert session.conversations == [fresh] and fresh is not empty
    fresh.put("q")
    sessions.remove(session, fresh)
    assert session.conversations == [] and fresh.stop.is_set()


def test_the_latest_result_is_shown_until_another_is_chosen(visit: Visit) -> None:
    results = visit.conversation.shown
    assert visit.shown is results[1]
    visit.place = 0
    assert visit.shown is results[0]
    visit.place = 5  # it was taken back
    assert visit.shown is results[1] and visit.place is None
    visit.turn_to(Conversation())
    assert visit.shown is None


def test_taking_back_restores_what_was_before(visit: Visit) -> None:
    talk = visit.conversation
    before = list(talk.messages)
    assert talk.put("second") and not talk.put("third")
    assert talk.take_back() == ""  # still being answered
    talk.pending, talk.asked[-1].remembered = None, 3
    talk.add(Shown("x", {}, told("a"), 0.1), "tried")
    assert talk.take_back() == "second" and talk.messages == before and len(talk.shown) == 2
    assert talk.rewind_to == 3
    assert talk.take_back() == "Who'd engage\nwith a Nike ad?" and talk.messages == [] == talk.shown
    assert talk.take_back() == "" and talk.title == ""


def test_the_size_of_a_result(visit: Visit) -> None:
    assert result_size(visit.conversation.shown[0].result).startswith("2 people, ")
    assert result_size(told("a", "b")) == ""


def test_the_list_of_conversations(visit: Visit) -> None:
    other = Conversation()
    other.put(NASTY)
    visit.session.conversations.append(other)
    read = Read(conversations_html(visit, {}))
    assert read.words.index("<script>") < read.words.index("Who'd engage with a Nike ad?")  # the latest first
    assert set(read.tags) == {"h2", "ul", "li", "button", "span", "p"}
    assert ("aria-current", "true") in read.attributes


def test_the_query_as_fields_and_back(visit: Visit, library: Library) -> None:
    first, second = visit.conversation.shown
    assert query_values(second)[:3] == ["", "", 10] == query_values(None)[:3]
    values = query_values(first)
    assert values[0] == "Nike" and values[2:] == [2, "", "", ""]
    fields = {
        "campaign": " Nike ",
        "interests": " running, ,shoes ",
        "limit": 5,
        "since": "",
        "until": None,
        "community": "x ",
    }
    assert query_args(fields) == {"campaign": "Nike", "interests": ["running", "shoes"], "limit": 5, "community": "x"}
    before = Shown("find_audience", {"campaign": "Nike", "exclude": ["ana"], "likes": []}, first.result, 0.1)
    assert query_args(fields, before)["exclude"] == ["ana"]  # a condition that has no field stays in force
    assert query_args({**fields, "interests": "", "limit": None, "community": ""}) == {"campaign": "Nike"}


def test_an_untouched_query_gives_the_same_audience(library: Library) -> None:
    found = call_tool(library, "find_audience", {"campaign": "Nike"})
    assert isinstance(found, FindAudience)
    found = replace(found, query=replace(found.query, interests=["running", "sale"], interests_found=True))
    before = Shown("find_audience", {"campaign": "Nike"}, found, 0.1)
    fields = dict(zip(QUERY, query_values(before), strict=True))
    assert fields["interests"] == "running, sale"
    assert query_args(fields, before) == {"campaign": "Nike", "limit": 10}
    assert query_args({**fields, "interests": "running"}, before)["interests"] == ["running"]
    assert query_args({**fields, "campaign": "Puma"}, before) == {"campaign": "Puma", "limit": 10}


def test_the_script_gives_the_same_results(visit: Visit, library: Library) -> None:
    lines = script(visit.conversation.shown, library.path).splitlines()
    assert lines[0] == "#!/bin/sh" and "# Who'd engage with a Nike ad?" in lines
    calls = [shlex.split(line) for line in lines if line.startswith("analyst call ")]
    assert len(calls) == 2
    for words, each in zip(calls, visit.conversation.shown, strict=True):
        assert words[-3:] == ["--index", str(library.path), "--json"]
        given = dict(word.split("=", 1) for word in words[3:-3])
        assert call_tool(library, words[2], given).to_dict() == each.result.to_dict()
    assert "touch x" in Read(call_list_html(visit, library)).words


def test_a_call_leaves_out_what_was_not_given() -> None:
    line = call_line("find_audience", {"campaign": "a b", "since": None, "interests": ["é"]}, Path("my index"))
    assert line == "analyst call find_audience 'campaign=a b' 'interests=[\"é\"]' --index 'my index' --json"


def test_every_download(visit: Visit, library: Library) -> None:
    visit.place = 0
    made: dict[str, Any] = {kind: downloads(kind, visit, library, "another/model") for kind in DOWNLOADS}
    rows = list(csv.reader(io.StringIO(made["csv"].data.decode())))
    assert len(rows) == 3 and {row[0].lstrip("'@") for row in rows[1:]} == set(
        visit.conversation.shown[0].result.handles
    )
    assert made["csv"].name == "audience-for-nike-ad-interests-running-fast-it-s.csv"
    data = json.loads(made["json"].data)
    assert len(data["people"]) == 2 and data["call"]["name"] == "find_audience"
    assert data["export"]["question"] == "Who'd engage\nwith a Nike ad?" and data["export"]["model"] == "a/model"
    assert made["png"].data.startswith(b"\x89PNG") and b"<svg" in made["svg"].data and made["html"] is None
    assert base64.b64decode(made["script"].to_dict()["data"]).decode() == script(visit.conversation.shown, library.path)
    assert "model a/model" in made["markdown"].data.decode() and library.path.name not in made["markdown"].data.decode()
    visit.turn_to(Conversation())
    assert downloads("json", visit, library, "a/model") is None


def test_every_result_is_taken_away_not_audiences_alone(visit: Visit, library: Library) -> None:
    args = {"query": "Nike", "limit": 1}
    result = call_tool(library, "search_posts", args)
    visit.conversation.add(Shown("search_posts", args, result, 0.1, "Who?", model="a/model"), "tried")
    made: dict[str, Any] = {kind: downloads(kind, visit, library, "another/model") for kind in DOWNLOADS}
    assert made["png"] is None and made["html"] is None
    (row,) = csv.DictReader(io.StringIO(made["csv"].data.decode()))
    assert row["text"] == visit.conversation.shown[2].result.evidence[0].text and row["model"] == "a/model"
    assert made["md"].data.startswith(b"# Posts about") and "spreadsheetml" in made["xlsx"].type
    book = load_workbook(io.BytesIO(made["xlsx"].data))
    assert book.sheetnames[:2] == ["Posts", "About"] and book["Posts"].max_row == 2
    assert {made[kind].name for kind in ("csv", "xlsx", "md", "json")} == {
        f"posts-about-nike.{ending}" for ending in ("csv", "xlsx", "md", "json")
    }


def test_what_was_run_again_by_hand_names_no_model(visit: Visit, library: Library) -> None:
    visit.conversation.add(replace(visit.conversation.shown[1], asked=""), "edited")
    made = downloads("md", visit, library, "a/model")
    assert made is not None and b"Chat model: none" in made.data and b"Question" not in made.data


def test_an_export_names_the_model_and_the_day_of_the_answer(visit: Visit, library: Library) -> None:
    then = replace(visit.conversation.shown[1], model="earlier/model", made_on=date(2026, 1, 2))
    visit.conversation.add(then, "asked")
    made = downloads("json", visit, library, "another/model")
    assert made is not None and json.loads(made.data)["export"]["model"] == "earlier/model"
    assert json.loads(made.data)["export"]["made_on"] == "2026-01-02"
    told = downloads("markdown", visit, library, "another/model")
    assert told is not None and "model a/model, earlier/model" in told.data.decode()
    visit.conversation.add(replace(then, model=""), "of an earlier version")
    made = downloads("json", visit, library, "another/model")
    assert made is not None and json.loads(made.data)["export"]["model"] == "not recorded"


def test_a_brief_is_taken_away_as_a_report(visit: Visit, library: Library) -> None:
    args = {"campaign": "Nike", "limit": 2}
    visit.conversation.add(Shown("write_brief", args, call_tool(library, "write_brief", args), 0.1), "tried")
    html, md = downloads("html", visit, library, "fake"), downloads("md", visit, library, "fake")
    assert html is not None and md is not None, "the latest result is on show"
    assert (html.name, md.name) == ("brief-for-nike.html", "brief-for-nike.md")
    assert html.data.startswith(b"<!doctype html>") and b"--out brief-for-nike.html" in html.data
    assert md.data.startswith(b"# Campaign brief: Nike") and html.type.startswith("text/html")


def test_a_conversation_as_markdown_shows_posts_to_the_letter() -> None:
    conversation = Conversation()
    conversation.put(f"Who?\n# {NASTY}")
    conversation.add(Shown("search_posts", {"query": NASTY}, told("x"), 0.25), "tried")
    conversation.messages.append({"role": "assistant", "content": "**Nobody**"})
    text = conversation_markdown(conversation, "12 posts")
    assert text.count("\n## ") == 1 and "**Nobody**" in text and "> Searched posts about" in text
    assert "<script" not in text and "](http" not in text
