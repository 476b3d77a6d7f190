"""What was said on the page is there again after a restart, marked with its sources, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import memory as memory_module
from agent.analyst import Analyst
from agent.events import Finished
from agent.memory import Memory
from agent.page.conversation import Conversation, Turn
from agent.page.saved import SHORTENED, SavedConversations
from agent.page.sessions import Sessions
from tests.agent.bare_library import BareLibrary, returning
from tests.agent.scripted_model import ScriptedModel, call
from tests.fake_analyst import finished
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import lead, line
from tools.search_posts import SearchPosts

POST = Evidence("p1", "ana", "best shoes ever", "2024-03-05T10:00:00+00:00", "r/x", 12, "positive", 0.5)
SAID = line("post", cells.said(POST, "evidence.0"))
FOUND = SearchPosts(headline=lead("1 post:"), lines=[SAID], evidence=[POST], query="Nike", considered=11)
SEARCH, LINE = call("search_posts", query="Nike"), SAID.text


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    returning(monkeypatch, lambda name, args: FOUND)


def analyst_of(memory: Memory) -> Analyst:
    return Analyst(BareLibrary(), ScriptedModel(replies=[[SEARCH], [LINE]]), memory)  # type: ignore[arg-type]


def ask(sessions: Sessions, analyst: Analyst, key: str | None, *questions: str) -> tuple[str, Conversation]:
    """Ask on the page, as its wiring does; the key of the browser, and the conversation as it is then shown."""
    session = sessions.open(key, None)
    conversation = sessions.begin(session)
    conversation.index = "beside"
    for question in questions:
        conversation.put(question)
        conversation.pending = None
        sessions.keep(session, conversation)
        turn = Turn(question)
        for event in analyst.stream(question, thread=conversation.thread):
            turn.add(event)
        analyst.model.replies = [[SEARCH], [LINE]]
        conversation.messages += turn.messages
        conversation.shown += turn.shown
    return session.key, conversation


def test_a_conversation_is_there_again_after_a_restart(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    key, before = ask(
        Sessions(saved=SavedConversations(memory, tmp_path)), analyst_of(memory), None, "posts?", "again?"
    )
    again = Sessions(saved=SavedConversations(Memory(tmp_path), tmp_path))
    session = again.open(key, None)
    (after,) = session.conversations
    assert session.key == key and again.open(key, None) is session
    assert (after.thread, after.index, after.title) == (before.thread, "beside", "posts?")
    assert [each.question for each in after.asked] == ["posts?", "again?"]
    assert [each.result for each in after.shown] == [each.result for each in before.shown] == [FOUND, FOUND]
    assert [each.model for each in after.shown] == [analyst_of(memory).model_name] * 2
    assert [each["content"] for each in after.messages] == [each["content"] for each in before.messages]
    assert '<bdi><b><abbr class="source" tabindex="0" title="Author">@ana</abbr>' in after.messages[-1]["content"]


def test_another_browser_or_person_sees_nothing(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    key, _ = ask(Sessions(saved=SavedConversations(memory, tmp_path)), analyst_of(memory), None, "posts?")
    kept = SavedConversations(Memory(tmp_path), tmp_path)
    other = key[:-1] + ("y" if key.endswith("x") else "x")
    for guess, user in ((key, "ana"), (other, None), (key + " ", None), ("", None), (None, None), (7, None)):
        session = Sessions(saved=kept).open(guess, user)
        assert session.conversations == [] and session.key != guess
    assert SavedConversations(Memory(tmp_path), tmp_path / "other").of(key, None) == []
    assert len(Sessions(saved=kept).open(key, None).conversations) == 1


def test_the_last_question_of_another_day_can_be_taken_back(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    key, _ = ask(Sessions(saved=SavedConversations(memory, tmp_path)), analyst_of(memory), None, "posts?", "and?")
    memory = Memory(tmp_path)
    (after,) = Sessions(saved=SavedConversations(memory, tmp_path)).open(key, None).conversations
    assert after.take_back() == "and?" and len(after.shown) == 1 and after.rewind_to is not None
    analyst = analyst_of(memory)
    analyst.rewind(after.thread, after.rewind_to)
    analyst.ask("else?", thread=after.thread)
    assert [message.text for message in memory.messages(after.thread) if message.type == "human"] == ["posts?", "else?"]


def test_what_is_deleted_does_not_come_back(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    sessions = Sessions(saved=SavedConversations(memory, tmp_path))
    key, conversation = ask(sessions, analyst_of(memory), None, "posts?")
    sessions.remove(sessions.open(key, None), conversation)
    assert Sessions(saved=SavedConversations(Memory(tmp_path), tmp_path)).open(key, None).conversations == []


def test_who_is_away_for_long_finds_it_again(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    sessions = Sessions(saved=SavedConversations(memory, tmp_path))
    key, _ = ask(sessions, analyst_of(memory), None, "posts?")
    sessions.open(key, None).seen -= 1e6
    sessions.open(None, None)
    assert memory.conn.execute("SELECT count(*) FROM checkpoints").fetchone() == (0,)
    assert [each.title for each in sessions.open(key, None).conversations] == ["posts?"]


def test_a_shortened_result_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "WHOLE_TURNS", 1)
    monkeypatch.setattr(memory_module, "CHARACTERS_KEPT", 20)
    memory = Memory(tmp_path)
    key, _ = ask(Sessions(saved=SavedConversations(memory, tmp_path)), analyst_of(memory), None, "posts?", "and?")
    (after,) = SavedConversations(Memory(tmp_path), tmp_path).of(key, None)
    steps = [message["metadata"] for message in after.messages if "metadata" in message]
    assert steps[0]["log"] == SHORTENED and steps[1]["log"] != SHORTENED
    assert len(after.shown) == 1


def test_a_note_about_the_conversation_is_shown() -> None:
    turn = Turn("q")
    turn.add(Finished(finished("Hello.").answer, "The file is locked."))
    assert turn.messages[-1]["content"].endswith("*The file is locked.*")
