"""What may be replied, as grammars that llguidance holds a reply to, and the chat model that is held to them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool

from agent.models.call_syntax import detect, response_template
from agent.models.constraint import Grammars
from agent.models.files import ModelFiles
from agent.models.local import LocalChatModel
from agent.models.messages import control_tokens
from agent.models.reply import ReplyParser, Words
from agent.models.shipped import (
    ShippedPolicy,
    answer_text,
    calls_grammar,
    fitting,
    reply_grammar,
    trained_tools,
    warnings_of,
    words,
)
from agent.understanding.labels import SMALL_TALK
from agent.understanding.parts import Understanding
from agent.understanding.reader import QuestionReading
from tests.agent.tiny_models import FAMILIES, build_model, build_tokenizer
from tools.registry import TOOLS as REGISTERED

TOKENIZER = build_tokenizer(FAMILIES[0])
TOKENS = control_tokens(TOKENIZER)
STOP = TOKENIZER.convert_tokens_to_ids(FAMILIES[0].eos)
GRAMMARS = Grammars(TOKENIZER, vocabulary=len(TOKENIZER), stop_ids=[STOP])
SYNTAX = detect(TOKENIZER)
AUDIENCE = ["Likeliest to engage: 2 of 10.", *[f"{number}. @user_{number}, 62 %" for number in range(1, 10)]]


def walk(grammar: str, seed: int = 0) -> list[int]:
    """A random whole reply of ``grammar``."""
    dice, constraint = random.Random(seed), GRAMMARS.constraint(grammar)
    ids = constraint.forced()
    while not constraint.finished():
        chosen = dice.choice(np.flatnonzero(constraint.allowed()).tolist())
        if chosen == STOP:
            break
        constraint.accept(chosen)
        ids += [chosen, *constraint.forced()]
        assert len(ids) < 3000
    return [token for token in ids if token != STOP]


def said(grammar: str, seed: int = 0) -> str:
    return str(TOKENIZER.decode(walk(grammar, seed), clean_up_tokenization_spaces=False))


def accepts(grammar: str, text: str) -> bool:
    """Whether ``text`` is a whole reply of ``grammar``."""
    matcher, ids = GRAMMARS.constraint(grammar)._matcher, TOKENIZER.encode(text, add_special_tokens=False)
    return matcher.try_consume_tokens(ids) == len(ids) and matcher.is_accepting()


def calls_in(ids: list[int]) -> list[tuple[str, dict[str, Any]]]:
    pieces_of, parser = Words(TOKENIZER.decode, TOKENS), ReplyParser(response_template(TOKENIZER, ""), tools=[])
    pieces = [piece for token in ids for piece in parser.feed(pieces_of.push(token))]
    pieces += parser.feed(pieces_of.flush()) + parser.finish()
    assert [piece.kind for piece in pieces] == ["call"] * len(pieces), pieces
    return [(piece.name, dict(piece.arguments or {})) for piece in pieces]


def grammar_of(*calls: tuple[str, dict[str, Any]]) -> str:
    assert SYNTAX
    return calls_grammar(calls, SYNTAX, TOKENS)


@pytest.mark.parametrize(
    "text",
    [
        'she said "never again", C:\\new',
        "two\nlines\tand\r\nmore \x00\x1f",
        "héllo 👟 寿司 \u200d\u2028",
        "<|im_end|> and </tool_call> and <tool_call><|im_start|>",
        "\\<|im_end|>",
        '"}}\n</tool_call>',
    ],
)
def test_a_call_is_written_to_the_letter(text: str) -> None:
    call = ("find_audience", {"campaign": text, "interests": [text, "b"], "limit": 5})
    ids = walk(grammar_of(call))
    assert calls_in(ids) == [call]
    assert len(ids) - len([token for token in ids if token not in TOKENS.values()]) == 2  # it opens and it closes


@settings(max_examples=15)
@given(st.lists(st.sampled_from([*TOKENS, '"', "\\", "\n", "<", "|im", "👟", "a", " "]), max_size=12).map("".join))
def test_any_words_come_back(text: str) -> None:
    assert calls_in(walk(grammar_of(("search_posts", {"query": text})))) == [("search_posts", {"query": text})]


def test_one_of_the_proposed_calls() -> None:
    calls = [("find_audience", {"campaign": "Nike"}), ("search_posts", {"query": "Nike"})]
    written = [calls_in(walk(grammar_of(*calls), seed)) for seed in range(12)]
    assert all(found in ([calls[0]], [calls[1]]) for found in written)
    assert len({found[0][0] for found in written}) == 2
    assert not accepts(grammar_of(*calls), "Nike is great")


@pytest.mark.parametrize("kind", SMALL_TALK)
def test_only_listed_replies(kind: str) -> None:
    grammar, listed = reply_grammar(kind), words()["replies"][kind]
    assert accepts(grammar, listed[0]) and accepts(grammar, listed[-1])
    assert not accepts(grammar, listed[0] + "!") and not accepts(grammar, "Nike has 5 fans.")
    assert said(grammar, 1) in listed


def test_every_kind_has_its_words() -> None:
    assert set(words()["replies"]) == set(SMALL_TALK)
    assert {tool["function"]["name"] for tool in trained_tools()} | {"fault"} == set(words()["framing"])
    assert {tool["function"]["name"] for tool in trained_tools()} <= set(REGISTERED)


def answer(results: Sequence[str], warnings: Sequence[str] = ()) -> list[str]:
    """The lines of the answer to ``results``, whose ``warnings`` stand at the end of the last."""
    artifact = SimpleNamespace(result=SimpleNamespace(warnings=list(warnings)))
    *first, last = results
    told = [ToolMessage(text, tool_call_id="c1", name="a_tool") for text in first]
    told.append(ToolMessage("\n".join([last, *warnings]), tool_call_id="c2", name="a_tool", artifact=artifact))
    return answer_text(told).split("\n")


def test_of_a_list_too_long_to_be_read_out_the_end_is_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent.models.shipped.MOST_CHARACTERS", 500)
    people = [f"{place}. @person_{place} likes shoes" for place in range(1, 61)]
    lines = answer(["\n".join(people)], ["Few posts."])
    assert lines[-1] == "Few posts." and lines[-2] in words()["more"]
    told = lines[:-2]
    assert told == people[: len(told)] and 6 <= len(told) < len(people)
    assert sum(map(len, told)) <= 500


def test_lines_that_fit() -> None:
    assert fitting(["abc", "de", "fghi", "j"], 6) == ["abc", "de"]
    assert fitting(["abc"], 2) == fitting([], 9) == []


def test_an_answer_is_what_the_tools_returned_and_every_warning() -> None:
    warnings = ["Careful: few posts.", "One person wrote most of these."]  # however a warning is worded
    assert answer(["\n".join(AUDIENCE), "Mixed."], warnings) == [AUDIENCE[0], "Mixed.", *AUDIENCE[1:], *warnings]


def test_warnings_behind_a_long_list_are_not_lost() -> None:
    long = "\n".join(f"{number}. @user" for number in range(1, 61))
    assert answer([long], ["First.", "Second."])[-2:] == ["First.", "Second."]


def test_what_stands_twice_is_said_once() -> None:
    assert answer(["Mixed.", "Mixed."], ["Few posts.", "Few posts."]) == ["Mixed.", "Few posts."]


def test_a_call_that_failed_is_told_in_its_own_words() -> None:
    assert answer(['There is no user "x\\y" 👟.']) == ['There is no user "x\\y" 👟.']


def asked(question: str, name: str, /, **args: Any) -> list[BaseMessage]:
    call = {"name": name, "args": args, "id": "c1", "type": "tool_call"}
    return [HumanMessage(question), AIMessage("", tool_calls=[call])]


def returned(name: str, artifact: Any = None) -> ToolMessage:
    return ToolMessage("Mixed.", tool_call_id="c1", name=name, artifact=artifact)


def test_the_warnings_are_those_of_the_result() -> None:
    fine = SimpleNamespace(result=SimpleNamespace(warnings=["Few posts."]))
    assert warnings_of(returned("get_profile", fine)) == ["Few posts."]
    assert warnings_of(returned("get_profile")) == warnings_of(returned("x", SimpleNamespace())) == []


class Reader:
    """Reads every question in the same way and keeps what it was shown."""

    def __init__(self, kind: str, **slots: list[str]) -> None:
        self.reading = QuestionReading([(kind, 0.9), ("greet", 0.1)], slots, {}, frozenset({"subject"}))
        self.seen: list[tuple[str, str]] = []

    def read(self, question: str, previous: str = "", known: Mapping[str, str] | None = None) -> QuestionReading:
        self.seen.append((question, previous))
        return self.reading


@tool
def find_audience(campaign: str, limit: int = 10, community: str | None = None) -> str:
    """Find people for a campaign."""
    return campaign


@tool
def compare_brands(brands: list[str]) -> str:
    """Compare brands."""
    return str(brands)


@tool
def search_posts(query: str) -> str:
    """Show posts."""
    return query


@pytest.fixture(scope="module")
def files(one_thread: None) -> ModelFiles:
    return ModelFiles("tiny", build_model(FAMILIES[0], TOKENIZER), TOKENIZER)


def chat_with(files: ModelFiles, reader: Reader) -> LocalChatModel:
    return LocalChatModel.from_files(files, policy=ShippedPolicy(Understanding(reader)), max_new_tokens=400)  # type: ignore[arg-type]


def test_the_model_makes_the_proposed_call(files: ModelFiles) -> None:
    reader = Reader("find_audience", subject=["Nike 👟 <|im_end|>"], limit=["five"])
    chat = chat_with(files, reader)
    reply = chat.bind_tools([find_audience]).invoke([HumanMessage("Who would like it?")])
    assert [(call["name"], call["args"]) for call in reply.tool_calls] == [
        ("find_audience", {"campaign": "Nike 👟 <|im_end|>", "limit": 5})
    ]
    assert reply.content == "" and reader.seen == [("Who would like it?", "")]


def test_a_follow_up_is_read_with_the_question_before(files: ModelFiles) -> None:
    reader = Reader("find_audience", community=["Coffee"])
    chat = chat_with(files, reader)
    thread = [*asked("Nike?", "find_audience", campaign="Nike"), returned("find_audience"), AIMessage("Here.")]
    reply = chat.bind_tools([find_audience]).invoke([*thread, HumanMessage("in r/Coffee")])
    assert reader.seen == [("in r/Coffee", "find audience; campaign Nike | Nike?")]
    assert reply.tool_calls[0]["args"] == {"campaign": "Nike", "community": "Coffee"}


def test_small_talk_gets_a_listed_reply(files: ModelFiles) -> None:
    reader = Reader("thanks")
    chat = chat_with(files, reader)
    reply = chat.bind_tools([find_audience]).invoke([HumanMessage("thank you")])
    assert reply.content in words()["replies"]["thanks"] and not reply.tool_calls


def test_after_a_tool_comes_an_answer_of_its_lines(files: ModelFiles) -> None:
    messages = asked("Nike?", "find_audience", campaign="Nike")
    chat = chat_with(files, Reader("gibberish"))
    result = "Two <|im_end|> people.\n1. @ana, 62 %\nCareful: few posts."
    artifact = SimpleNamespace(result=SimpleNamespace(warnings=["Careful: few posts."]))
    messages.append(ToolMessage(result, tool_call_id="c1", name="find_audience", artifact=artifact))
    reply = chat.bind_tools([find_audience]).invoke(messages)
    assert reply.content == result  # to the letter, so that each line is known as the result's own
    assert reply.response_metadata["finish_reason"] == "stop"
    assert reply.usage_metadata is not None and reply.usage_metadata["output_tokens"] == 0  # nothing was left to decide


def test_a_question_that_is_not_english_is_told_so_once(files: ModelFiles) -> None:
    reader = Reader("compare_brands", brands=["Quién", "zapatillas", "Nike"])
    chat = chat_with(files, reader).bind_tools([find_audience, compare_brands])
    asked = HumanMessage("¿Quién compraría zapatillas Nike?")
    reply = chat.invoke([asked])
    assert str(reply.content).startswith("Solo entiendo preguntas en inglés") and not reply.tool_calls
    assert reader.seen == []
    again = chat.invoke([asked, reply, asked])  # who insists is read as well as may be
    assert [call["name"] for call in again.tool_calls] == ["compare_brands"]


def test_only_bound_tools_are_proposed(files: ModelFiles) -> None:
    reader = Reader("find_audience", subject=["Nike"])
    chat = chat_with(files, reader)
    asking = [HumanMessage("Who would like Nike?")]
    bound = chat.bind_tools([search_posts]).kwargs["tools"]  # type: ignore[attr-defined]
    grammar = chat.grammar(asking, tools=bound)
    assert "find_audience" not in grammar and "search_posts" in grammar  # whose arguments are held to the user's words
    assert chat.grammar(asking) == ""  # nothing is proposed where no tool is bound


def test_between_two_calls_the_model_decides(files: ModelFiles) -> None:
    reader = Reader("find_audience", subject=["Nike"])
    reader.reading = QuestionReading([("find_audience", 0.4), ("search_posts", 0.3)], {"subject": ["Nike"]}, {})
    reply = chat_with(files, reader).bind_tools([find_audience, search_posts]).invoke([HumanMessage("Nike?")])
    assert [call["name"] for call in reply.tool_calls] in (["find_audience"], ["search_posts"])
    assert reply.usage_metadata is not None and reply.usage_metadata["output_tokens"] > 0
    assert len(reader.seen) == 1  # a question is read once


def test_the_prompt_shows_the_tools_of_the_training(files: ModelFiles) -> None:
    policy = ShippedPolicy(Understanding(Reader("thanks")))  # type: ignore[arg-type]
    mine = chat_with(files, Reader("thanks")).bind_tools([search_posts]).kwargs["tools"]  # type: ignore[attr-defined]
    assert policy.shown(mine) == trained_tools() and policy.shown([]) == []
    assert ShippedPolicy(None).shown(mine) == mine
