"""Ask while an index is made anew under those who answer: ``python tests/faults/mixed_answers.py [--questions 1000]``.

Another process commits one of two versions after the other, of different posts read by a fake that needs no models.
Meanwhile questions are put through three doors at once: a conversation of the page, one of the chat, and MCP. Each
question takes several calls, whose results draw on facts, vectors, Chroma and the manifest. An answer is mixed if they
are not all those of one of the two versions. Prints one JSON object; exit code 1 if an answer was mixed, or failed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import chromadb  # noqa: E402, F401 (loaded once; the child has it)
import duckdb  # noqa: E402, F401

import index.build as build  # noqa: E402
from index.manifest import read_manifest  # noqa: E402
from index.versions.layout import version_folder  # noqa: E402
from index.versions.writer import writing  # noqa: E402
from tests.fake_reader import FakeEncoder, FakeReader  # noqa: E402
from tests.faults.children import come_through, in_child  # noqa: E402

SAMPLE = ROOT / "index" / "sample" / "posts.jsonl"
CALLS: dict[str, dict[str, Any]] = {
    "describe_data": {},
    "count": {"of": "posts"},
    "rank": {"of": "person", "by": "posts"},
    "list_segments": {"count": 2},
}
PAUSE = 0.3  # seconds between two versions
Answers = Iterator[tuple[Any, ...]]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--questions", type=int, default=1000)
    options.add_argument("--posts", type=int, default=300)
    args = options.parse_args()
    FakeReader.forget()
    build.Reader, build.shared_encoder = FakeReader, FakeEncoder  # type: ignore[misc, assignment]
    with tempfile.TemporaryDirectory(prefix="mixed-answers-") as folder:
        told = mixed_answers(Path(folder), args.questions, args.posts)
    print(json.dumps(told))
    sys.exit(1 if told["mixed"] or told["failed"] else 0)


def mixed_answers(folder: Path, questions: int, posts: int) -> dict[str, Any]:
    """What came of the questions, counted."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    versions = [folder / "few", folder / "more"]
    for path, part in zip(versions, (lines[: posts // 2], lines[posts // 2 : posts + posts // 2]), strict=True):
        source = path.with_suffix(".jsonl")
        source.write_text("".join(part), encoding="utf-8")
        come_through(lambda source=source, path=path: build.build_index([str(source)], path))
    shutil.copytree(versions[0], folder / "served")
    writer = in_child(lambda: commit_in_turn(folder / "served", versions))  # before there are any threads here
    try:
        return ask(folder / "served", versions, questions)
    finally:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)


def commit_in_turn(index: Path, versions: list[Path]) -> None:
    """Make one version after the other the latest one, until this process is killed."""
    while True:
        for source in versions[::-1]:
            with writing(index) as later:
                manifest = read_manifest(source)
                folder = later.begin()
                shutil.copytree(version_folder(source, manifest), folder, dirs_exist_ok=True)
                later.commit(folder, manifest)
            time.sleep(PAUSE)


def ask(index: Path, versions: list[Path], questions: int) -> dict[str, Any]:
    from agent.analyst import Analyst
    from agent.memory import Memory
    from agent.page.opening import Opening
    from tests.agent.scripted_model import ScriptedModel, call
    from tools.library import Library

    replies: list[Any] = []
    for _ in range(questions):
        calls = [call(name, f"c{place}", index=place, **args) for place, (name, args) in enumerate(CALLS.items())]
        replies += [calls, ["These data hold posts."]]

    def opened(path: Path) -> Analyst:
        return Analyst(Library.open(path), ScriptedModel(replies=list(replies)), Memory())

    known = {
        answer[0]["posts"]: answer for answer in (next(of_chat(lambda path=path: opened(path))) for path in versions)
    }
    doors: dict[str, Answers] = {
        "page": of_page(Opening(lambda: opened(index))),
        "chat": of_chat(lambda: opened(index)),
        "mcp": of_mcp(Opening(lambda: opened(index))),
    }
    asking = _Asking(index, known, questions)
    askers = [threading.Thread(target=asking.go_through, args=door) for door in doors.items()]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    for said in asking.wrong[:10]:
        print(said, file=sys.stderr)
    kinds = ("asked", *doors, "moved on", "mixed", "failed")
    return {**{kind: asking.found[kind] for kind in kinds}, "versions seen": len(asking.seen)}


class _Asking:
    """Questions through several doors at once, and what came of them."""

    def __init__(self, index: Path, known: dict[int, tuple[Any, ...]], questions: int) -> None:
        self._index, self._known, self._questions = index, known, questions
        self._lock = threading.Lock()
        self.found: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.wrong: list[str] = []

    def go_through(self, door: str, answers: Answers) -> None:
        """Ask through one door until all questions are asked."""
        last = None
        while self._may_ask(door):
            try:
                answer = next(answers)
            except Exception as error:
                self._note("failed", f"{door}: {error!r}")
                return
            posts = answer[0]["posts"]
            if answer != self._known.get(posts, ())[: len(answer)]:
                self._note("mixed", f"{door}: {answer}"[:300])
            with self._lock:
                self.seen.add(read_manifest(self._index).version)
                self.found["moved on"] += last not in (None, posts)
            last = posts

    def _may_ask(self, door: str) -> bool:
        with self._lock:
            if self.found["asked"] >= self._questions:
                return False
            self.found.update(["asked", door])
            return True

    def _note(self, kind: str, said: str) -> None:
        with self._lock:
            self.found[kind] += 1
            self.wrong.append(said)


def of_chat(opened: Callable[[], Any]) -> Answers:
    """The results of one question of a chat after the other."""
    from agent.events import Finished

    analyst = opened()
    while True:
        analyst = analyst.latest()
        events = list(analyst.stream("what is here?", thread="chat"))
        (done,) = [event for event in events if isinstance(event, Finished)]
        analyst.memory.delete_thread("chat")  # a long talk is not what is looked at here
        yield told(done.answer.results)


def of_page(opening: Any) -> Answers:
    """The same of the page."""
    from agent.page.answering import answer
    from agent.page.conversation import Conversation

    while True:
        conversation = Conversation()
        conversation.put("what is here?")
        list(answer(conversation, opening))
        yield told([shown.result.to_dict() for shown in conversation.shown])


def of_mcp(opening: Any) -> Answers:
    """The same of MCP, where each call is a question of its own: of one result only."""
    from agent import mcp

    while True:
        yield (mcp._call(opening, "describe_data", {}).structuredContent,)


def told(results: list[dict[str, Any]]) -> tuple[Any, ...]:
    if len(results) != len(CALLS):
        raise ValueError(f"{len(results)} results instead of {len(CALLS)}")
    return tuple(json.loads(json.dumps(result, default=str)) for result in results)


if __name__ == "__main__":
    main()
