"""An index that is made anew under those who read it: every answer is of one version, and moving on is told."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent import mcp
from agent.analyst import Analyst
from agent.events import Finished
from agent.memory import Memory
from agent.page.answering import answer
from agent.page.conversation import Conversation
from agent.page.opening import Opening
from index.build import build_index
from index.errors import AnalystError
from index.manifest import read_manifest
from index.versions.layout import version_folder
from index.versions.nearness import PREFIX
from index.versions.writer import writing
from tests.agent.scripted_model import ScriptedModel, call
from tests.conftest import committed, small_rows
from tools.library import Library
from tools.registry import call_tool

MOVED = "The index was made anew since the last answer: from here on answers are about 4 posts by 2 people."


@pytest.fixture
def smaller(write: Callable[..., str], tmp_path: Path, encoder: object) -> Path:
    """Four posts by two of the people, whose texts are others than in the index that they replace."""
    rows = [{**row, "text": f"Puma again, {row['text']}"} for row in small_rows()[:4]]
    build_index([write("smaller.jsonl", rows)], tmp_path / "smaller")
    return tmp_path / "smaller"


def commit(index: Path, other: Path) -> None:
    """Make what ``other`` holds the latest version of ``index``."""
    with writing(index) as later:
        folder = later.begin()
        shutil.copytree(committed(other), folder, dirs_exist_ok=True)
        later.commit(folder, read_manifest(other))


def figures(library: Library) -> tuple[Any, ...]:
    """Figures from facts, flat vectors, Chroma and the manifest."""
    data = call_tool(library, "describe_data", {}).to_dict()
    near = library.nearness.nearest("posts", library.matrix.vectors[0], 1)
    tea = call_tool(library, "count", {"of": "posts", "topic": "Puma"}).text
    people = call_tool(library, "list_segments", {"count": 2}).text if library.manifest.people > 2 else ""
    return data["posts"], len(library.matrix.vectors), near[0][0], tea, people


def test_a_reader_keeps_the_version_that_it_opened(copy: Path, smaller: Path) -> None:
    before = Library.open(copy)
    seen, folder = figures(Library.open(copy)), committed(copy)
    commit(copy, smaller)
    assert figures(before) == seen  # also what it reads for the first time now
    later = before.newer()
    assert later is not None and later.manifest.posts == 4 and figures(later) != seen
    assert later.newer() is None and folder.is_dir()
    commit(copy, smaller)
    assert folder.is_dir()  # still held
    del before
    commit(copy, smaller)
    assert not folder.exists()


def test_a_conversation_moves_on_between_questions_and_is_told_once(copy: Path, smaller: Path) -> None:
    model = ScriptedModel(replies=[[call("describe_data")], ["These data hold posts."]] * 4)
    analyst = Analyst(Library.open(copy), model, Memory())

    def asked(analyst: Analyst) -> tuple[int, str]:
        (done,) = [event for event in analyst.stream("what is here?", thread="t") if isinstance(event, Finished)]
        return done.answer.results[0]["posts"], done.note

    assert asked(analyst.latest()) == (11, "")
    commit(copy, smaller)
    assert asked(analyst) == (11, "")  # whoever does not move on is not moved
    later = analyst.latest()
    assert later is not analyst and later.latest() is later
    assert asked(later) == (4, MOVED) and asked(later.latest()) == (4, "")
    assert later.remembered("t") == 16
    fresh = [event for event in later.stream("and now?", thread="other") if isinstance(event, Finished)]
    assert fresh[0].note == ""


def test_the_page_moves_on_with_a_question_and_shows_old_results_from_their_own_version(
    copy: Path, smaller: Path
) -> None:
    model = ScriptedModel(replies=[[call("describe_data")], ["These data hold posts."]] * 2)
    opening, conversation = Opening(lambda: Analyst(Library.open(copy), model, Memory())), Conversation()
    for question in ("what is here?", "and now?"):
        conversation.put(question)
        list(answer(conversation, opening))
        commit(copy, smaller)
    assert MOVED in str(conversation.messages[-1]["content"]) and MOVED not in str(conversation.messages[2]["content"])
    held = [shown.library for shown in conversation.shown]
    assert [library.manifest.posts for library in held if library] == [11, 4]
    assert opening.get().library is held[1]


def test_mcp_moves_on_between_calls_and_says_so(copy: Path, smaller: Path) -> None:
    opening = Opening(lambda: Analyst(Library.open(copy), ScriptedModel(replies=[["x"]]), Memory()))

    def told() -> list[str]:
        result = mcp._call(opening, "describe_data", {})
        return [part.text for part in result.content]  # type: ignore[union-attr]

    assert "11 posts" in told()[0]
    commit(copy, smaller)
    first, second = told()
    assert "4 posts" in first and second == MOVED and len(told()) == 1


def test_an_index_that_is_lost_or_damaged_under_a_reader_is_refused(copy: Path, smaller: Path) -> None:
    library = Library.open(copy)
    commit(copy, smaller)
    (committed(copy) / "facts" / "posts.parquet").write_bytes(b"")
    with pytest.raises(AnalystError, match="damaged"):
        library.newer()
    shutil.rmtree(copy)
    with pytest.raises(AnalystError, match="no index"):
        library.newer()


def test_no_answer_mixes_versions_while_they_change(copy: Path, smaller: Path) -> None:
    other = shutil.copytree(copy, copy.with_name("other"))
    known = {Library.open(each).manifest.posts: figures(Library.open(each)) for each in (other, smaller)}
    opening = Opening(lambda: Analyst(Library.open(copy), ScriptedModel(replies=[["x"]]), Memory()))
    opening.get()
    done, wrong, seen, answered = threading.Event(), [], set(), threading.Semaphore(0)

    def ask() -> None:
        while not done.is_set():
            library = opening.latest().library
            found = figures(library)
            seen.add(library.manifest.posts)
            if found != known[library.manifest.posts]:
                wrong.append(found)
            answered.release()

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for source, _ in zip(itertools.cycle((smaller, other)), range(12), strict=False):
        commit(copy, source)
        # Two answers have ended before the next version comes, one of them begun under this one: on a machine
        # that is busy enough the askers would otherwise not have answered at all before the last version stands.
        for _ in range(2 * len(askers)):
            assert answered.acquire(timeout=120)
    done.set()
    for asker in askers:
        asker.join()
    assert wrong == [] and seen == {11, 4}


def test_a_read_only_index_is_searched_and_nothing_is_written(copy: Path, tmp_path: Path) -> None:
    def state() -> list[tuple[str, bytes | None, int]]:
        paths = sorted(copy.rglob("*"))
        return [(str(p), p.read_bytes() if p.is_file() else None, p.stat().st_mtime_ns) for p in paths]

    before = state()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path))
        library = Library.open(copy)
        figures(library)
        (private,) = tmp_path.glob(f"{PREFIX}*")
        assert state() == before
        library.nearness.close()
    assert state() == before and not private.exists()


def test_no_room_for_chroma_is_a_sentence(copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library = Library.open(copy)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(AnalystError, match=r"temporary copy.*TMPDIR"):
        library.nearness.nearest("posts", library.matrix.vectors[0], 1)
    assert call_tool(library, "describe_data", {}).to_dict()["posts"] == 11  # all else needs none


def test_private_copies_of_killed_readers_are_cleared(copy: Path, tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}left").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path))
        first, second = Library.open(copy), Library.open(copy)
        for library in (first, second):
            library.nearness.nearest("posts", library.matrix.vectors[0], 1)
        assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 2  # that of the first is held
        assert not (tmp_path / f"{PREFIX}left").exists()
        first.nearness.close(), second.nearness.close()
    assert version_folder(copy, first.manifest).is_dir() and not list(tmp_path.glob(f"{PREFIX}*"))
