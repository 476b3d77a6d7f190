"""A person corrects a post on the page, sees it counted, and undoes it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.page.corrections import CorrectionHandlers
from agent.page.layout import lay_out
from agent.page.opening import Opening
from agent.page.screen import PUBLIC, Screen
from agent.page.sessions import Session, Visit
from agent.page.uploads.catalogue import IndexCatalogue
from agent.page.views.shown import Shown
from index.corrections import read_corrections
from tests.agent.page.views.test_html import Read
from tests.fake_analyst import FakeAnalyst
from tools.library import Library
from tools.registry import call_tool


class MovingAnalyst(FakeAnalyst):
    """Moves on with its index, as the real one does."""

    def latest(self) -> MovingAnalyst:
        self.library = self.library.newer() or self.library
        return self


@pytest.fixture
def library(tiny_index: Path, tmp_path: Path) -> Library:
    return Library.open(shutil.copytree(tiny_index, tmp_path / "index"))


@pytest.fixture
def handlers(library: Library) -> CorrectionHandlers:
    import gradio as gr

    analyst = MovingAnalyst(library=library, manifest=library.manifest)
    opening = Opening(lambda: analyst)  # type: ignore[arg-type, return-value]
    opening.get()
    with gr.Blocks():
        return CorrectionHandlers(Screen(IndexCatalogue(opening), *lay_out()))


def visit_with(handlers: CorrectionHandlers, library: Library, tool: str, **args: Any) -> Visit:
    session = Session()
    visit = Visit(session, handlers._screen.sessions.begin(session))
    visit.conversation.add(Shown(tool, args, call_tool(library, tool, args), 0.1, "Who?", library=library), "asked")
    return visit


def press(*value: str) -> Any:
    return SimpleNamespace(_data={"act": "fix", "place": None, "value": json.dumps(value)})


def test_a_tone_is_corrected_shown_and_undone(handlers: CorrectionHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "search_posts", user="ana")
    assert visit.shown is not None
    first = visit.shown.result.evidence[0]
    other = "negative" if first.sentiment != "negative" else "positive"
    done = handlers.fix(visit, press(first.id, other, ""))
    assert "It counts in every answer from now on" in Read(str(done[p.head])).words
    assert f"Corrected by hand: tone: {other}, not {first.sentiment}" in Read(str(done[p.posts])).words
    assert visit.shown.result.evidence[0].sentiment == other
    handlers.fix(visit, press(first.id, "undo", ""))
    assert visit.shown.result.evidence[0].sentiment == first.sentiment and read_corrections(library.path) == ()


def test_what_a_browser_makes_up_is_refused(handlers: CorrectionHandlers, library: Library) -> None:
    p, visit = handlers.parts, visit_with(handlers, library, "search_posts", query="Nike")
    for value in ('{"a": 1}', "nonsense", '["1", 2, ""]', '["nope", "positive", ""]', '["1", "angry", ""]'):
        event = SimpleNamespace(_data={"act": "fix", "value": value})
        assert 'role="alert"' in str(handlers.fix(visit, event)[p.head])
    assert read_corrections(library.path) == ()


def test_strangers_correct_nothing(
    handlers: CorrectionHandlers, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPACE_ID", "me/analyst")
    visit = visit_with(handlers, library, "search_posts", query="Nike")
    assert PUBLIC in Read(str(handlers.fix(visit, press("1", "negative", ""))[handlers.parts.head])).words
    assert read_corrections(library.path) == ()
