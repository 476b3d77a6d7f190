"""Audiences on the page: kept from a result, opened, compared, changed, deleted and brought back."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.page.audiences import NAMELESS, AudienceHandlers
from agent.page.layout import KEEP, KEEP_BOTH, RENAME, lay_out
from agent.page.opening import Opening
from agent.page.screen import PUBLIC, Screen
from agent.page.sessions import Session, Visit
from agent.page.uploads.catalogue import IndexCatalogue
from agent.page.views.shown import Shown
from index.audiences import audience_named, read_audiences
from tests.agent.page.views.test_html import Read
from tests.fake_analyst import FakeAnalyst
from tools.audiences.keeping import keep
from tools.library import Library
from tools.registry import call_tool


@pytest.fixture
def library(tiny_index: Path, tmp_path: Path) -> Library:
    return Library.open(shutil.copytree(tiny_index, tmp_path / "index"))


@pytest.fixture
def handlers(library: Library) -> AudienceHandlers:
    import gradio as gr

    analyst = FakeAnalyst(library=library, manifest=library.manifest)
    opening = Opening(lambda: analyst)  # type: ignore[arg-type, return-value]
    opening.get()
    with gr.Blocks():
        return AudienceHandlers(Screen(IndexCatalogue(opening), *lay_out()))


def visit_with(handlers: AudienceHandlers, library: Library, tool: str, **args: Any) -> Visit:
    """A page that shows the result of a call."""
    session = Session()
    visit = Visit(session, handlers._screen.sessions.begin(session))
    visit.conversation.add(Shown(tool, args, call_tool(library, tool, args), 0.1, "Who?", library=library), "asked")
    return visit


def press(act: str, place: int) -> Any:
    return SimpleNamespace(_data={"act": act, "place": place})


def said(changes: Any, part: Any) -> str:
    return Read(str(changes[part])).words


def test_the_people_on_show_are_kept(handlers: AudienceHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "find_audience", campaign="Nike", limit=2)
    seen = handlers._screen.show_result(visit)
    assert seen[p.keep_row].visible and seen[p.keep].value == KEEP and not seen[p.keep_group].visible
    assert said(handlers.keep(visit, " ", None), p.keep_note) == NAMELESS
    assert "cannot be called" in said(handlers.keep(visit, "a,b", None), p.keep_note)
    assert "never kept of anybody" in said(handlers.keep(visit, "Gay runners", None), p.keep_note)
    done = handlers.keep(visit, "Spring runners", None)
    kept = audience_named(library.path, "spring runners")
    assert kept.people == tuple(person.user for person in visit.shown.result.people)  # type: ignore[union-attr]
    assert kept.origin == "Audience for Nike" and "Spring runners has 2 people." in said(done, p.keep_note)
    assert "Spring runners 2 people" in said(done, p.audiences)


def test_more_people_are_added_to_one_that_is_there(handlers: AudienceHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "rank", of="person", limit=3)
    keep(library, "Fans", ["fay"])
    asked = handlers.keep(visit, "fans", None)
    assert "Add these 3 people to it" in said(asked, p.keep_note) and len(read_audiences(library.path)) == 1
    done = handlers.add(visit, press("add", 0))
    assert "Fans has 4 people." in said(done, p.keep_note) and len(audience_named(library.path, "Fans").people) == 4
    assert handlers.add(visit, press("add", 0)).keys() == {p.keep_note}  # only once


def test_one_group_of_people_is_kept(handlers: AudienceHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "list_segments", count=2)
    groups = [each.name for each in visit.shown.result.segments]  # type: ignore[union-attr]
    seen = handlers._screen.show_result(visit)
    assert seen[p.keep_group].visible and [choice[0] for choice in seen[p.keep_group].choices] == groups
    assert "Which of the 2 groups" in said(handlers.keep(visit, "Group", "none such"), p.keep_note)
    handlers.keep(visit, "Group", groups[1])
    assert len(audience_named(library.path, "Group").people) == visit.shown.result.segments[1].people  # type: ignore[union-attr]


def test_an_audience_is_opened_renamed_and_left(handlers: AudienceHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "count", of="people")
    assert not handlers._screen.show_result(visit)[p.keep_row].visible
    keep(library, "Fans", ["ana", "ben", "dan"])
    seen = handlers.press(visit, press("open", 0))
    assert visit.shown is not None and visit.shown.name == "show_audience" and seen[p.keep].value == RENAME
    assert seen[p.keep_name] == "Fans" and "@ben" in said(seen, p.result)
    gone = handlers.take_out(visit, press("leave", 1))
    assert audience_named(library.path, "Fans").people == ("ana", "dan") and "@ben" not in said(gone, p.result)
    renamed = handlers.keep(visit, "Best fans", None)
    assert said(renamed, p.keep_note) == "Now called Best fans." and visit.shown.args == {"name": "Best fans"}
    assert "The audience Best fans" in said(renamed, p.head)
    assert p.result not in handlers.take_out(visit, press("leave", 9))


def test_two_are_compared_and_those_in_both_are_kept(handlers: AudienceHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "count", of="people")
    keep(library, "Fans", ["ana", "ben"])
    keep(library, "Others", ["ben", "cleo"])
    handlers.press(visit, press("open", 0))
    seen = handlers.press(visit, press("compare", 1))
    assert "1 person" in said(seen, p.result) and seen[p.keep].value == KEEP_BOTH and seen[p.keep_name] == ""
    handlers.keep(visit, "In both", None)
    assert audience_named(library.path, "In both").people == ("ben",)


def test_what_was_deleted_comes_back(handlers: AudienceHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "count", of="people")
    kept, _ = keep(library, "Fans", ["ana", "ben"], "Audience for Nike")
    gone = handlers.press(visit, press("delete", 0))
    assert read_audiences(library.path) == {} and "Deleted the audience Fans." in said(gone, p.audiences)
    back = handlers.press(visit, press("undo", 0))
    assert audience_named(library.path, "Fans") == kept and "Deleted" not in said(back, p.audiences)
    assert handlers.press(visit, press("undo", 0)).keys() == {p.visit}
    for act, place in (("open", 7), ("delete", -1), ("drop", 0), ("compare", 0)):
        handlers.press(visit, press(act, place))
    assert len(read_audiences(library.path)) == 1


def test_where_strangers_come_in_nothing_is_written(
    handlers: AudienceHandlers, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPACE_ID", "me/analyst")
    p, visit = handlers.parts, visit_with(handlers, library, "rank", of="person", limit=3)
    keep(library, "Fans", ["ana"])
    assert said(handlers.keep(visit, "Mine", None), p.keep_note) == PUBLIC
    assert PUBLIC in said(handlers.press(visit, press("delete", 0)), p.audiences)
    assert len(read_audiences(library.path)) == 1
    visit.session.owner = "me"  # who was let in by a login
    handlers.keep(visit, "Mine", None)
    assert len(read_audiences(library.path)) == 2
