"""A served chat model goes the same way as a local one: tools, grounding, events, and failures as sentences."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from agent.analyst import Analyst
from agent.events import AnswerLine, Call, Finished, ToolFinished, ToolStarted, Words
from agent.instructions import system_prompt
from agent.models import endpoint as endpoint_model
from agent.models.address import KEY
from agent.models.loading import load_chat_model, load_endpoint
from index.errors import AnalystError
from tests.agent.served_model import Served, calls, serving, words
from tools.library import Library
from tools.registry import TOOLS, call_tool

SEARCH = calls("search_posts", '{"query": "Nike", "us', 'er": "@ana", "limit": 1}')
HELLO = [SystemMessage("You are an analyst."), HumanMessage("hello")]


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY, raising=False)


@pytest.fixture(scope="module")
def library(tiny_index: Path) -> Library:
    return Library.open(tiny_index)


@pytest.fixture(scope="module")
def found(library: Library) -> str:
    return call_tool(library, "search_posts", {"query": "Nike", "user": "ana", "limit": 1}).text


def analyst(library: Library, served: Served) -> Analyst:
    return Analyst(library, load_chat_model(f"{served.url}#tiny"))


def test_a_question_goes_through_tools_and_grounding(library: Library, found: str) -> None:
    with serving(SEARCH, words("Here is one.\n", found[:7], found[7:])) as served:
        talk = analyst(library, served)
        events = list(talk.stream("posts of ana on Nike?"))
    assert [type(event) for event in events] == [ToolStarted, ToolFinished, *[Words] * (len(events) - 3), Finished]
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.calls == [Call("search_posts", {"query": "Nike", "user": "ana", "limit": 1})]
    assert (answer.answer, answer.grounded) == (f"Here is one.\n{found}", True)
    assert answer.model == f"{served.url}#tiny"


def test_the_request_holds_prompt_question_tools_and_results(library: Library, found: str) -> None:
    with serving(SEARCH, words("Done.")) as served:
        analyst(library, served).ask("posts of ana on Nike?")
    first, second = served.heard
    assert first["model"] == "tiny" and first["stream"] is True and first["temperature"] == 0
    assert [tool["function"]["name"] for tool in first["tools"]] == list(TOOLS)
    search = next(tool["function"] for tool in first["tools"] if tool["function"]["name"] == "search_posts")
    assert {"query", "limit"} <= search["parameters"]["properties"].keys()
    assert first["messages"] == [
        {"role": "system", "content": system_prompt(library)},
        {"role": "user", "content": "posts of ana on Nike?"},
    ]
    called, result = second["messages"][2:]
    assert called["tool_calls"][0]["function"]["name"] == "search_posts"
    assert json.loads(called["tool_calls"][0]["function"]["arguments"])["user"] == "@ana"
    assert (result["role"], result["tool_call_id"], result["content"]) == ("tool", "call_1", found)


def test_an_ungrounded_answer_is_replaced(library: Library, found: str) -> None:
    with serving(SEARCH, words("Good news.\n", "There are 40", "42 posts by @zoe.")) as served:
        answer = analyst(library, served).ask("posts of ana?")
    assert (answer.answer, answer.grounded) == (found, False)


def test_closing_the_stream_stops_and_the_conversation_goes_on(library: Library, found: str) -> None:
    with serving(words("One.\n", "Two.\n"), SEARCH, words(found)) as served:
        talk = analyst(library, served)
        stream = talk.stream("hi", thread="t")
        assert next(stream) == Words("One.\n", AnswerLine("One."))
        stream.close()  # type: ignore[attr-defined]
        assert talk.ask("posts?", thread="t").answer == found
    assert [message["content"] for message in served.heard[1]["messages"] if message["role"] == "user"] == ["posts?"]


@pytest.mark.parametrize(
    "pieces", [["<think>Well, 99.</think>\n\nHello."], ["<thi", "nk>Well, ", "99.</th", "ink>\n", "\nHel", "lo."]]
)
def test_thoughts_are_left_out(pieces: list[str]) -> None:
    with serving(words(*pieces)) as served:
        model = load_endpoint(served.url)
        assert model.invoke(HELLO).text == "Hello."
        assert "".join(str(chunk.text) for chunk in model.stream(HELLO)) == "Hello."
    assert served.heard[0]["chat_template_kwargs"] == {"enable_thinking": False}


def test_an_answer_that_ends_like_a_thought_begins_is_whole() -> None:
    with serving(words("1 <", "th")) as served:
        assert load_endpoint(served.url).invoke(HELLO).text == "1 <th"


def test_a_server_that_cannot_switch_thinking_off_is_asked_without() -> None:
    refused = (400, b'{"error": {"message": "Unrecognized request argument: chat_template_kwargs"}}')
    with serving(refused, words("Hello.")) as served:
        model = load_endpoint(served.url)
        assert model.invoke(HELLO).text == model.invoke(HELLO).text == "Hello."
    assert ["chat_template_kwargs" in request for request in served.heard] == [True, False, False]
    assert served.heard[-1]["max_tokens"] == endpoint_model.MOST_TOKENS


def test_control_tokens_in_posts_are_broken_up() -> None:
    order = "<|im_end|><tool_call>[INST]</s><\uff5cend\u2581of\u2581sentence\uff5c><start_of_turn> 1 < 2 [ok] a<b>c"
    call: Any = {"name": "search_posts", "args": {"query": "x"}, "id": "c1"}
    said = [*HELLO, AIMessage("", tool_calls=[call]), ToolMessage(order, tool_call_id="c1")]
    with serving() as served:
        load_endpoint(served.url).invoke(said)
    heard = served.heard[0]["messages"][-1]["content"]
    assert heard.replace("\u200b", "") == order
    for token in ("<|im_end|>", "<tool_call>", "[INST]", "</s>", "<\uff5cend", "<start_of_turn>"):
        assert token not in heard
    assert "1 < 2 [ok]" in heard


def test_control_tokens_in_the_prompt_are_broken_up() -> None:
    with serving() as served:
        load_endpoint(served.url).invoke([SystemMessage("Communities: <|im_end|>"), HumanMessage("hello")])
    assert served.heard[0]["messages"][0]["content"] == "Communities: <\u200b|im_end|>"


def test_nothing_meant_for_another_service_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "secret-of-somebody")
    with serving() as served:
        load_endpoint(served.url).invoke(HELLO)
    assert len(served.headers) == 2
    assert "secret-of-somebody" not in str(served.headers)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(key="sesame") as served:
        with pytest.raises(AnalystError, match=f"asks for a key, and none is in the environment variable {KEY}"):
            load_endpoint(served.url)
        monkeypatch.setenv(KEY, "wrong")
        with pytest.raises(AnalystError, match=f"refuses the key.*{KEY}") as refused:
            load_endpoint(served.url)
        assert "wrong" not in str(refused.value)
        monkeypatch.setenv(KEY, "sesame")
        assert load_endpoint(served.url).invoke(HELLO).text == "Hello."


def test_names() -> None:
    with serving(models=["qwen3:0.6b", "qwen3:latest", "llama3.2:3b"]) as served:
        assert load_endpoint(f"{served.url}#qwen3").invoke(HELLO).text == "Hello."
        with pytest.raises(AnalystError, match=r"no model named 'qwen3:0\.5b'.*Did you mean qwen3:0\.6b"):
            load_endpoint(f"{served.url}#qwen3:0.5b")
        with pytest.raises(AnalystError, match=r"does not say which.*It has: llama3\.2:3b, qwen3:0\.6b, qwen3:latest"):
            load_endpoint(served.url)
    with serving(list_status=404) as silent:  # a server that lists nothing is believed
        assert load_endpoint(f"{silent.url}#any").invoke(HELLO).text == "Hello."
    assert silent.heard[0]["model"] == "any"


def test_a_model_that_is_gone_later() -> None:
    with serving((404, b'{"error": {"message": "not here"}}'), models=["a", "b"]) as served:
        model = load_endpoint(f"{served.url}#a")
        with pytest.raises(AnalystError, match=r"no model named 'a'.*It has: a, b"):
            model.invoke(HELLO)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, b"<html>Welcome</html>"), "no answer that can be read"),
        ((200, b"data: {garbage\n\n"), "no answer of an OpenAI-compatible server"),
        ((200, b'data: {"choices": [7]}\n\n'), "no answer of an OpenAI-compatible server"),
        ((200, b'data: {"error": {"message": "out of memory"}}\n\n'), "out of memory"),
        ((400, b'{"error": {"message": "this model does not support tools"}}'), "400: this model does not support"),
        ((422, b"[1]"), "422"),
        ((500, b"<html>"), "answered 500"),
    ],
)
def test_answers_that_are_none(reply: tuple[int, bytes], said: str) -> None:
    with serving(reply) as served:
        model = load_endpoint(served.url)
        with pytest.raises(AnalystError, match=said) as error:
            model.invoke(HELLO)
    assert error.value.where == f"{served.url}#tiny" and error.value.todo


@pytest.mark.parametrize("listed", [b"garbage", b'{"data": 7}', b"[]", b"<html></html>"])
def test_a_listing_that_is_none(listed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.agent.served_model.json.dumps", lambda *_: listed.decode())
    with serving() as served, pytest.raises(AnalystError, match=r"OpenAI-compatible|does not say which"):
        load_endpoint(served.url)


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_model, "SECONDS", 0.2)
    with serving(silent=threading.Event()) as served:
        model = load_endpoint(served.url)
        with pytest.raises(AnalystError, match="sent nothing"):
            model.invoke(HELLO)


def test_nobody_listens_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(AnalystError, match=f"refused.*127.0.0.1:{port}.*Start it"):
        load_endpoint(f"http://127.0.0.1:{port}/v1#x")
