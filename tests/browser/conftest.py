"""A headless browser, a small index with hostile posts in it, and pages served to the browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agent.events import Answer, AnswerLine, Call, Event, Finished, ToolFinished, ToolStarted
from tests.conftest import small_rows
from tests.fake_analyst import NASTY, FakeAnalyst
from tools.library import Library
from tools.registry import call_tool

if TYPE_CHECKING:
    import gradio as gr

    from index.encoding.encoder import Encoder

WAIT = 120_000  # milliseconds: a busy machine is slow, and what never comes fails all the same
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
SCREENSHOTS = Path(__file__).parent / "screenshots"
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
LONG_WORD = "y" * 5000


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT)
    SCREENSHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        _be_patient(browser)
        yield browser
        browser.close()


def _be_patient(browser: Any) -> None:
    """Clicks and fills wait as long as expectations do; Playwright's own 30 s are too few where CI is busy."""
    for name in ("new_context", "new_page"):
        made = getattr(browser, name)

        def patient(made: Any = made, **settings: Any) -> Any:
            opened = made(**settings)
            opened.set_default_timeout(WAIT)
            return opened

        setattr(browser, name, patient)


@pytest.fixture(scope="session")
def library(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The small index with a hostile person added, whose every field tries to act."""
    from index.build import build_index

    folder = tmp_path_factory.mktemp("page")
    hostile = {"author": NASTY, "community": NASTY, "likes": 1, "created_at": "2024-03-05T10:00:00Z"}
    rows = [
        *small_rows(),
        {"id": "h1", "text": f"Nike {NASTY}", **hostile},
        {"id": "h2", "text": f"Nike {LONG_WORD}", **hostile},
    ]
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index([str(folder / "posts.jsonl")], folder / "index")
    return Library.open(folder / "index")


def tools_asked_for(library: Library, question: str) -> Iterator[Event]:
    """The question is the call: ``find_audience campaign=Nike``; the answer its first line, after "whole " all."""
    name, _, rest = question.removeprefix("whole ").partition(" ")
    args = dict(part.split("=", 1) for part in rest.split(" & ") if part)
    started = time.perf_counter()
    yield ToolStarted("1", name, args)
    result = call_tool(library, name, args)
    yield ToolFinished("1", name, result.text, result, time.perf_counter() - started, args)
    said = result.said if question.startswith("whole ") else [result.headline]
    lines = [AnswerLine(line.text, line) for line in said]
    answer = "\n".join(line.text for line in lines)
    yield Finished(Answer(answer, [Call(name, args)], [result.to_dict()], True, 0.1, "fake", lines=lines))


def analyst_of(library: Library) -> Any:
    """Real tools over ``library``, and questions in place of a model."""
    return FakeAnalyst(lambda question: tools_asked_for(library, question), manifest=library.manifest, library=library)


def serve(page: gr.Blocks, **settings: Any) -> str:
    """Serve ``page`` at a free port; its address."""
    from agent.page.serving import launch

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return launch(page, host="127.0.0.1", port=port, **settings)


def ask(page: Any, question: str) -> None:
    """Ask, and wait for the answer."""
    from playwright.sync_api import expect

    expect(page.locator("#ask")).to_be_visible()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation")).to_contain_text(question)
    expect(page.locator("#retry")).to_be_visible()
