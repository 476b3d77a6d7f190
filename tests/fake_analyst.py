"""An analyst that needs no model: it plays the events that a test has written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent.events import Answer, AnswerLine, Call, Event, Finished, ToolFinished, ToolStarted, Words
from index.errors import AnalystError
from index.manifest import Manifest, write_manifest
from index.versions.layout import version_folder
from tools.result.line import lead, note
from tools.result.result import ToolResult

NASTY = (
    '<script>document.title="hacked"</script> <img src="https://evil.example/a.png" onerror="document.title=1"> '
    "![x](https://evil.example/b.png) [click](https://evil.example) https://evil.example www.evil.example "
    "a_b @tidal_moss x@evil.example `c` $x^2$ a&amp;b <https://evil.example> [r]: https://evil.example"
)


def manifest(**changes: Any) -> Manifest:
    """The manifest of an index that is not there."""
    plain = Manifest(
        posts=12345, people=678, communities=9, first_post="2013-01-03T10:00:00+00:00",
        last_post="2023-06-30T10:00:00+00:00", encoder="trunk", ner="ours", heads={}, rejected=0, duplicates=0,
        sources=["/data/posts.jsonl"], built_at="2026-11-01T00:00:00+00:00", seconds=20.0, posts_per_second=617.0,
        peak_mb=900, precision="bf16", version=f"20261101T000000-{0:012x}",
    )  # fmt: skip
    return replace(plain, **changes)


def index_folder(folder: Path) -> Path:
    """A directory that passes for an index as long as nobody reads its posts."""
    version_folder(folder, manifest()).mkdir(parents=True, exist_ok=True)
    write_manifest(folder, manifest())
    return folder


def finished(text: str, *, grounded: bool = True) -> Finished:
    calls = [Call("search_posts", {"query": "tea"})]
    lines = [AnswerLine(line) for line in text.splitlines()]
    return Finished(Answer(text, calls, [{"tool": "search_posts"}], grounded, 0.5, "fake", lines=lines))


def words(text: str) -> Words:
    """Streamed words, in a model's own words."""
    return Words(text, AnswerLine(text.rstrip("\n")))


def told(headline: str, *lines: str) -> ToolResult:
    """A result that says so."""
    return ToolResult(headline=lead(headline), lines=[note(line) for line in lines])


def plain_script(question: str) -> Iterator[Event]:
    """One tool call, streamed words, an answer that differs from them."""
    yield ToolStarted("1", "search_posts", {"query": "tea", "limit": 5})
    found = f"2 posts nearest to tea\n1. @ana: {NASTY}"
    yield ToolFinished("1", "search_posts", found, told("x"), 0.42)
    yield words("They like ")
    yield words("99 teas.")
    yield finished(f"They like **tea**, asked {question!r}.\n- @ana: {NASTY}")


@dataclass
class FakeAnalyst:
    """``script`` makes the events of a question; what was asked in which thread is kept."""

    script: Callable[[str], Iterator[Event]] = plain_script
    model_name: str = "fake"
    manifest: Manifest = field(default_factory=manifest)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    library: Any = None
    later: FakeAnalyst | None = None  # of another version, once that is committed
    noted: list[tuple[Any, ...]] = field(default_factory=list)  # question, tool, arguments
    threads: dict[str | None, list[str]] = field(default_factory=dict)  # the questions that each thread remembers

    @property
    def moved_on(self) -> str:
        return f"Now about {self.manifest.posts} posts."

    def latest(self) -> FakeAnalyst:
        return self.later.latest() if self.later is not None else self

    def remembered(self, thread: str) -> int:
        return len(self.threads.get(thread, []))

    def rewind(self, thread: str, place: int) -> None:
        del self.threads.get(thread, [])[place:]

    def forget(self, thread: str) -> None:
        self.threads.pop(thread, None)

    def note(self, thread: str, question: str, *call: Any) -> None:
        self.threads.setdefault(thread, []).append(question)
        self.noted.append((question, *call[:2]))

    def stream(self, question: str, *, thread: str | None = None) -> Iterator[Event]:
        self.asked.append((question, thread))
        if not question.strip():
            raise AnalystError("The question is empty", todo="Ask something.")
        if len(question) > 4000:
            raise AnalystError(f"The question has {len(question):,} characters", todo="Ask in at most 4,000.")
        self.threads.setdefault(thread, []).append(question)
        print("chatter of a library")  # must never reach the stdout of --json
        try:
            yield from self.script(question)
        finally:
            self.closed.set()

    def ask(self, question: str, *, thread: str | None = None) -> Answer:
        return next(event.answer for event in self.stream(question, thread=thread) if isinstance(event, Finished))
