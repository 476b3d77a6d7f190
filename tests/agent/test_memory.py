"""Conversations outlive the process, belong to whom they belong to, stay small, and go on when the file fails."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from agent import memory as memory_module
from agent.analyst import LONGEST_TALK, Analyst
from agent.memory import CHARACTERS_KEPT, FILE, Memory, owner_id, shortened, state_folder
from agent.toolbox import Outcome
from index.errors import AnalystError
from tests.agent.bare_library import BareLibrary, returning
from tests.agent.scripted_model import Piece, ScriptedModel, call
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import Listing, lead, line
from tools.search_posts import SearchPosts

POST = Evidence("p1", "ana", "best shoes ever, 62 %", "2024-03-05T10:00:00+00:00", None, 12, "positive", 0.5)
LINE = '@ana on 2024-03-05 (12 likes): "best shoes ever, 62 %"'
FOUND = SearchPosts(
    headline=lead(cells.count(1, "post"), " nearest to ", cells.topic("Nike", "query"), ":"),
    lines=[line("post", cells.said(POST, "evidence.0"))],
    listing=Listing("posts", ("p1",)),
    evidence=[POST],
    query="Nike",
    considered=11,
)
SEARCH = call("search_posts", query="Nike")
MINE = owner_id("my key")


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    returning(monkeypatch, lambda name, args: FOUND)


def test_the_result_says_what_these_tests_take_it_to_say() -> None:
    assert FOUND.text == f"1 post nearest to Nike:\n{LINE}"


def analyst_of(memory: Memory, *replies: list[Piece]) -> Analyst:
    return Analyst(BareLibrary(), ScriptedModel(replies=list(replies)), memory)  # type: ignore[arg-type]


def kept(folder: Path, *replies: list[Piece], thread: str = "t") -> Analyst:
    """An analyst with one conversation that is kept."""
    analyst = analyst_of(Memory(folder), *(replies or ([SEARCH], [LINE])))
    analyst.memory.keep(thread, MINE, "index", "posts?")
    analyst.ask("posts?", thread=thread)
    return analyst


def test_a_conversation_goes_on_after_a_restart(tmp_path: Path) -> None:
    kept(tmp_path)
    again = analyst_of(Memory(tmp_path), ["As before: 12 likes, @ana."])
    (talk,) = again.memory.talks(MINE, "index")
    assert (talk.thread, talk.title) == ("t", "posts?")
    answer = again.ask("and?", thread="t")
    assert answer.grounded and answer.answer == "As before: 12 likes, @ana."
    paths = [(source.call, source.path) for source in answer.sources]
    assert paths == [(0, "evidence.0.likes"), (0, "evidence.0.author")]
    shown = [message.text for message in again.model.seen[-1] if isinstance(message, HumanMessage)]
    assert shown == ["posts?", "and?"]
    brought = next(each for each in again.memory.messages("t") if isinstance(each, ToolMessage)).artifact
    assert brought == Outcome({"query": "Nike"}, FOUND, brought.seconds)


def test_a_result_of_an_earlier_version_leaves_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst = kept(tmp_path)
    old = SearchPosts(lines=["1 post nearest to Nike:", LINE], query="Nike", considered=11)  # type: ignore[list-item]
    messages = analyst.memory.messages("t")
    brought = next(each for each in messages if isinstance(each, ToolMessage))
    brought.artifact.result = old
    analyst._agent.update_state({"configurable": {"thread_id": "t"}}, {"messages": [brought]}, as_node="model")
    again = analyst_of(Memory(tmp_path), ["As before: 12 likes, @ana."])
    again.memory.talks(MINE, "index")
    answer = again.ask("and?", thread="t")
    assert answer.grounded and answer.answer == "As before: 12 likes, @ana."
    brought = next(each for each in again.memory.messages("t") if isinstance(each, ToolMessage))
    assert brought.artifact.result is None and brought.artifact.handles == []


def test_others_do_not_see_it(tmp_path: Path) -> None:
    memory = kept(tmp_path).memory
    assert memory.talks(MINE, "index") and not memory.talks(MINE, "other index")
    for other in (owner_id("your key"), owner_id("my key", "ana"), owner_id("my key\0"), "my key", ""):
        assert memory.talks(other, "index") == []
    assert b"my key" not in (tmp_path / FILE).read_bytes()


def test_only_the_user_may_read_the_file(tmp_path: Path) -> None:
    kept(tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes == {0o600}


def test_what_is_not_kept_never_reaches_the_file(tmp_path: Path) -> None:
    analyst = kept(tmp_path)
    analyst.model.replies = [["Secret words."]]
    analyst.ask("hush", thread="other")
    analyst.ask("hush")
    analyst.memory.conn.close()
    assert not any(b"Secret" in path.read_bytes() for path in tmp_path.iterdir())


def test_what_is_forgotten_is_gone_from_the_file(tmp_path: Path) -> None:
    analyst = kept(tmp_path)
    analyst.forget("t")
    assert analyst.memory.talks(MINE, "index") == [] and analyst.memory.messages("t") == []
    again = Memory(tmp_path)
    assert again.talks(MINE, "index") == [] and again.messages("t") == []


def test_released_from_memory_it_stays_in_the_file(tmp_path: Path) -> None:
    memory = kept(tmp_path).memory
    memory.release("t")
    assert memory.messages("t")[0].text == "posts?"


def test_one_state_a_conversation_is_held(tmp_path: Path) -> None:
    analyst = kept(tmp_path)
    analyst.model.replies = [["Hello."]]
    for _ in range(3):
        analyst.ask("hi", thread="t")
    for connection in (analyst.memory.conn, sqlite3.connect(tmp_path / FILE)):
        assert connection.execute("SELECT count(*) FROM checkpoints").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM writes").fetchone() == (0,)


def test_the_oldest_conversations_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "MOST_TALKS", 2)
    memory = Memory(tmp_path)
    for number in range(4):
        memory.keep(f"t{number}", MINE, "index", f"q{number}")
    memory.keep("yours", owner_id("your key"), "index", "q")
    assert [talk.thread for talk in memory.talks(MINE, "index")] == ["t2", "t3"]
    monkeypatch.setattr(memory_module, "MOST_OF_ALL", 2)
    memory.keep("last", MINE, "other", "q")
    assert [talk.thread for talk in memory.talks(MINE, "index")] == []


def test_old_turns_are_cut_and_their_calls_stay() -> None:
    long = "word " * CHARACTERS_KEPT
    turn: list[Any] = [
        HumanMessage("Q " + long),
        AIMessage("", tool_calls=[{"name": "search_posts", "args": {"query": "Nike"}, "id": "c"}]),
        ToolMessage(long, name="search_posts", tool_call_id="c", artifact=Outcome({"query": "Nike"}, FOUND, 0.1)),
        AIMessage(long),
    ]
    assert shortened(turn * memory_module.WHOLE_TURNS) is None
    messages = shortened(turn * (memory_module.WHOLE_TURNS + 1))
    assert messages is not None and messages[4:] == turn * memory_module.WHOLE_TURNS
    asked, calls, brought, answer = messages[:4]
    assert asked == turn[0] and calls == turn[1]
    assert len(brought.text) <= CHARACTERS_KEPT + 2 and len(answer.text) <= CHARACTERS_KEPT + 2
    assert brought.artifact == Outcome({"query": "Nike"}, None, 0.1)
    assert shortened(messages) is None


def test_a_conversation_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.analyst.LONGEST_TALK", 2)
    analyst = analyst_of(Memory(), ["Hello."])
    analyst.ask("one", thread="t")
    analyst.ask("two", thread="t")
    with pytest.raises(AnalystError, match="Begin a new one"):
        analyst.ask("three", thread="t")
    assert LONGEST_TALK > 100


def test_a_locked_file_is_told_and_the_conversation_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "PATIENCE", 0.01)
    analyst = kept(tmp_path)
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("BEGIN IMMEDIATE")
    analyst.model.replies = [["Again: 12 likes."]]
    last = list(analyst.stream("and?", thread="t"))[-1]
    assert "held by another program" in last.note and last.answer.grounded  # type: ignore[union-attr]
    other.rollback()
    last = list(analyst.stream("and now?", thread="t"))[-1]
    assert last.note == ""  # type: ignore[union-attr]
    again = Memory(tmp_path)
    again.talks(MINE, "index")
    told = [message.text for message in again.messages("t") if isinstance(message, HumanMessage)]
    assert told == ["posts?", "and?", "and now?"]  # what was said meanwhile is there as well


@pytest.mark.parametrize("what", ["broken", "folder", "full"])
def test_a_file_that_cannot_be_used(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if what == "broken":
        (tmp_path / FILE).write_bytes(b"no database at all " * 99)
    elif what == "folder":
        (tmp_path / FILE).mkdir()
    else:
        full = sqlite3.OperationalError("database or disk is full")
        monkeypatch.setattr(Memory, "_opened", lambda *_: (_ for _ in ()).throw(full))
    analyst = analyst_of(Memory(tmp_path), [SEARCH], [LINE], ["Again: 12 likes."])
    analyst.memory.keep("t", MINE, "index", "posts?")
    analyst.ask("posts?", thread="t")
    last = list(analyst.stream("and?", thread="t"))[-1]
    assert last.answer.grounded and str(tmp_path / FILE) in last.note  # type: ignore[union-attr]
    assert ("does not fit" in last.note) == (what == "full")  # type: ignore[union-attr]


def test_nothing_is_pickled_and_no_other_class_is_read_back(tmp_path: Path) -> None:
    memory = kept(tmp_path).memory
    kinds = memory.conn.execute("SELECT DISTINCT type FROM checkpoints").fetchall()
    assert kinds == [("msgpack",)] and memory.serde.pickle_fallback is False  # type: ignore[attr-defined]
    with pytest.raises(NotImplementedError):
        memory.serde.loads_typed(("pickle", b"\x80\x04N."))
    from index.posts.record import Post

    stranger = JsonPlusSerializer(allowed_msgpack_modules=True).dumps_typed(Post(id="1", author="a", text="t"))
    assert not isinstance(memory.serde.loads_typed(stranger), Post)
    assert isinstance(memory.serde.loads_typed(memory.serde.dumps_typed(FOUND)), SearchPosts)


def test_where_the_state_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("ANALYST_STATE", raising=False)
    assert state_folder() == tmp_path / "audience-analyst"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")  # which the convention says to ignore
    assert state_folder() == Path.home() / ".local" / "state" / "audience-analyst"
    monkeypatch.setenv("ANALYST_STATE", str(tmp_path / "x"))
    assert state_folder() == tmp_path / "x"


def test_a_second_try_is_shown_when_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    analyst = analyst_of(Memory(), [SEARCH], ["First.\n", "40 likes by @zoe"], ["It got 12 likes."])
    events = list(analyst.stream("posts?", thread="t"))
    answer = events[-1].answer  # type: ignore[union-attr]
    assert (answer.answer, answer.grounded) == ("It got 12 likes.", True)
    again, first = analyst.model.seen[-1], analyst.model.seen[0]
    assert "40" in again[-1].text and "@zoe" in again[-1].text and "withheld" not in first[-1].text
    assert again[: len(first)] == first  # what was read before need not be read again
    assert [message.text for message in analyst.memory.messages("t")][-1] == "It got 12 likes."
    assert "zoe" not in "".join(message.text for message in analyst.memory.messages("t"))
    assert len(analyst.model.seen) == 3


def test_after_a_second_failure_the_tool_speaks() -> None:
    analyst = analyst_of(Memory(), [SEARCH], ["40 likes"], ["41 likes"], ["12 likes"])
    answer = analyst.ask("posts?")
    assert (answer.answer, answer.grounded) == (FOUND.text, False)
    assert len(analyst.model.seen) == 3
    assert {source.said for source in answer.sources} >= {"@ana", "12 likes", "2024-03-05"}
    assert all(answer.answer[each.start : each.end] == each.said for each in answer.sources)


def test_sources_stand_where_they_are_said() -> None:
    analyst = analyst_of(Memory(), [SEARCH], ["\n Well,\n", "@ana got 12", " likes.\n"])
    answer = analyst.ask("posts?")
    assert [answer.answer[each.start : each.end] for each in answer.sources] == ["@ana", "12"]
    assert answer.to_dict()["sources"][1] == {
        "start": 15, "end": 17, "said": "12", "call": 0, "tool": "search_posts", "path": "evidence.0.likes",
        "value": 12,
    }  # fmt: skip
