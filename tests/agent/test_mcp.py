"""The tools over MCP, asked by the client of the MCP project itself, beside a page that is really served."""

from __future__ import annotations

import asyncio
import base64
import shutil
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from agent.mcp import PATH, McpServer, result_schema
from agent.page.access import attempts
from agent.page.build import build_page
from agent.page.opening import Opening
from agent.page.serving import launch
from agent.toolbox import tool_schema
from index.audiences import keep_audience
from index.errors import AnalystError
from tests.fake_analyst import FakeAnalyst
from tools.library import Library
from tools.registry import TOOLS, description

if TYPE_CHECKING:
    from mcp import ClientSession
    from mcp.types import CallToolResult

LOGIN = ("me", "s3cret")
CALLS: dict[str, dict[str, Any]] = {
    "find_audience": {"campaign": "Nike", "interests": ["running shoes"], "limit": 3},
    "explain_match": {"user": "@Ana", "campaign": "Nike"},
    "get_profile": {"user": "ana"},
    "search_posts": {"query": "shoes", "since": "2024-03"},
    "analyze_sentiment": {"topic": "Nike", "by": "month"},
    "extract_entities": {"topic": "Nike"},
    "extract_keywords": {"user": "ana"},
    "compare_brands": {"brands": ["Nike", "iPhone"]},
    "measure_engagement": {"by": "weekday"},
    "list_segments": {},
    "describe_data": {},
    "find_lookalikes": {"users": ["ana"], "limit": 2},
    "summarize_themes": {},
    "compare_periods": {"after": "2024-03-05"},
    "write_brief": {"campaign": "Nike", "limit": 2},
    "count": {"of": "people", "topic": "Nike"},
    "rank": {"of": "person", "by": "posts"},
    "explain_method": {"term": "lift"},
    "cannot_tell": {"why": "future", "what": "next year"},
    "show_audience": {"name": "Runners"},
    "compare_audiences": {"first": "Runners", "second": "Talkers"},
}


def served(opening: Opening, login: tuple[str, str] | None = None) -> tuple[str, Any]:
    """Address of the page with the tools beside it, and the page, to be closed."""
    page = build_page(opening)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    beside = McpServer(opening, login=login, only_here=login is None).app_kwargs()
    return launch(page, host="127.0.0.1", port=port, auth=login, beside=beside), page


@pytest.fixture(scope="module")
def opening(tiny_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Opening:
    folder = shutil.copytree(tiny_index, tmp_path_factory.mktemp("mcp") / "index")
    keep_audience(folder, "Runners", ["ana", "dan"])
    keep_audience(folder, "Talkers", ["ana", "ben", "cleo"])
    library = Library.open(folder)
    return Opening(lambda: FakeAnalyst(library=library, manifest=library.manifest))  # type: ignore[arg-type, return-value]


@pytest.fixture(scope="module")
def address(opening: Opening) -> Iterator[str]:
    found, page = served(opening)
    yield found
    page.close(verbose=False)


@pytest.fixture(scope="module")
def locked(opening: Opening) -> Iterator[str]:
    found, page = served(opening, LOGIN)
    yield found
    page.close(verbose=False)


def talk(address: str, act: Callable[[ClientSession], Awaitable[Any]], **headers: str) -> Any:
    """What ``act`` brings, with a client that has said hello."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def session() -> Any:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as http,
            streamable_http_client(address.rstrip("/") + PATH, http_client=http) as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            return await act(client)

    return asyncio.run(session())


def call(address: str, name: str, args: dict[str, Any], **headers: str) -> CallToolResult:
    return talk(address, lambda client: client.call_tool(name, args), **headers)


def said(result: CallToolResult) -> str:
    return "\n".join(part.text for part in result.content)  # type: ignore[union-attr]


def test_the_tools_are_listed_with_their_own_arguments(address: str) -> None:
    tools = talk(address, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == list(TOOLS) and len(tools) > 11
    for tool in tools:
        assert tool.description == description(tool.name)
        wanted = tool_schema(tool.name)["function"]["parameters"]
        assert tool.inputSchema == {**wanted, "additionalProperties": False}
    audience = tools[0].inputSchema
    assert audience["required"] == ["campaign"] and audience["properties"]["limit"]["default"] == 10
    assert {"campaign", "interests", "also", "limit", "since", "until", "community", "dislikes"} < set(
        audience["properties"]
    )


@pytest.mark.parametrize("name", TOOLS)
def test_a_call_gives_the_words_and_the_typed_result(address: str, opening: Opening, name: str) -> None:
    async def ask(client: ClientSession) -> CallToolResult:
        await client.list_tools()  # from now on the client checks results against their schemas
        return await client.call_tool(name, CALLS[name])

    result = talk(address, ask)
    assert not result.isError, said(result)
    assert result.structuredContent["tool"] == name
    told = result.structuredContent
    assert said(result).splitlines() == [told["headline"], *told["lines"], *told["warnings"]]
    assert set(result.structuredContent) == set(result_schema(name)["properties"])


def test_people_of_an_audience_come_as_data(address: str) -> None:
    people = call(address, "find_audience", {"campaign": "Nike", "limit": 2}).structuredContent["people"]  # type: ignore[index]
    assert len(people) == 2 and {"ana", "ben", "cleo"} >= {person["user"] for person in people[:1]}
    assert all(0 <= person["probability"] <= 1 for person in people)


@pytest.mark.parametrize(
    ("name", "args", "sentence"),
    [
        ("get_profile", {"user": "anna"}, "Nobody named @anna has posted here. Did you mean @ana"),
        ("search_posts", {"query": "tea", "colour": "red"}, "search_posts was called wrongly: colour"),
        ("search_posts", {"query": "tea", "limit": 0}, "limit: input should be greater than or equal to 1"),
        ("find_audience", {}, "find_audience was called wrongly: campaign"),
        ("find_people", {}, "There is no tool named 'find_people'. The tools are: find_audience, "),
    ],
)
def test_a_fault_is_a_sentence_marked_as_an_error(address: str, name: str, args: dict[str, Any], sentence: str) -> None:
    result = call(address, name, args)
    assert result.isError and sentence in said(result) and "Traceback" not in said(result)


def test_what_nobody_foresaw_is_a_sentence_too() -> None:
    def broken() -> Any:
        raise ZeroDivisionError("oh")

    def damaged() -> Any:
        raise AnalystError("This index is damaged", todo="Build it again.")

    for load, sentence in ((broken, "Something went wrong in this tool"), (damaged, "This index is damaged")):
        found, page = served(Opening(load))
        result = call(found, "describe_data", {})
        assert result.isError and sentence in said(result) and "oh" not in said(result)
        page.close(verbose=False)


def test_a_login_is_asked_of_programs_too(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "FREE", 100)  # how they are locked out, tests/agent/page/access shows
    monkeypatch.setattr(attempts, "LONGEST_PAUSE", 0.0)
    basic = "Basic " + base64.b64encode(b"me:s3cret").decode()
    for right in (basic, "Bearer me:s3cret"):
        assert not call(locked, "describe_data", {}, Authorization=right).isError
    wrong = ["", "Basic x", "Basic bWU6", "Bearer s3cret", "Bearer me:s3cretx", "Token me:s3cret", basic[6:]]
    for told in wrong:
        refused = httpx.post(locked.rstrip("/") + PATH, headers={"Authorization": told}, json={})
        assert refused.status_code == 401 and "Give the login of the page" in refused.json()["error"]
        assert refused.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_no_web_page_reaches_the_tools_by_a_name_of_its_own(address: str, header: dict[str, str]) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    plain = httpx.post(address.rstrip("/") + PATH, json=hello, headers=accept, timeout=60)
    assert plain.status_code == 200 and len(plain.json()["result"]["tools"]) == len(TOOLS)
    assert httpx.post(address.rstrip("/") + PATH, json=hello, headers={**accept, **header}).status_code in (403, 421)


def test_without_the_switch_there_are_no_tools(opening: Opening) -> None:
    page = build_page(opening)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = launch(page, host="127.0.0.1", port=port)
    assert httpx.post(found.rstrip("/") + PATH, json={}).status_code in (404, 405)
    page.close(verbose=False)
