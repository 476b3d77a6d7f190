"""The tools as LangChain tools: text for the model, the typed result as artifact, faults as messages."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from index.entities.mentions import canonical
from index.errors import AnalystError
from tools.library import Library
from tools.registry import TOOLS, arguments_model, call_tool, description
from tools.result.line import Line
from tools.result.result import ToolResult
from tools.selection.period import resolve_dates
from tools.selection.subject import known_names, subjects_of_names
from tools.targeting.names import is_well_known

BESIDE = re.compile(r"\s*[,;/|]\s*|\s+(?:and|or|vs\.?|versus|against|with)\s+", re.IGNORECASE)  # between brands
TOGETHER = 0.3  # of the posts with one of several names that write them in a row, for them to be one name


class Outcome:
    """What a call brought: the arguments as they were used, the result, or None and the sentence why not.

    No dataclass: inside a message LangChain would write it out as a dict, and the result would lose its type.
    """

    __slots__ = ("args", "fault", "result", "seconds")

    def __init__(self, args: dict[str, Any], result: ToolResult | None, seconds: float, fault: str = "") -> None:
        # Of a result that an earlier version kept, the message's words alone can be used.
        self.result = result if isinstance(result, ToolResult) and _in_lines(result) else None
        self.args, self.seconds, self.fault = args, seconds, fault

    @property
    def handles(self) -> list[str]:
        """People whom the result names; the chat model may copy them."""
        return self.result.handles if self.result else []

    def without_result(self) -> Outcome:
        """The call alone."""
        return Outcome(self.args, None, self.seconds, self.fault)

    def _asdict(self) -> dict[str, Any]:
        """By which the conversation's memory writes it down."""
        return {"args": self.args, "result": self.result, "seconds": self.seconds, "fault": self.fault}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outcome) and self._asdict() == other._asdict()

    __hash__ = None  # type: ignore[assignment]


def _in_lines(result: ToolResult) -> bool:
    """Whether a result says itself in lines; results of earlier versions did so in plain strings."""
    return all(isinstance(each, Line) for each in result.said)


def plain_arguments(args: dict[str, Any], *, today: date, last_post: date | None = None) -> dict[str, Any]:
    """Arguments as recorded and used: ISO dates, handles without @, communities without r/ or #, none empty."""
    plain = dict(args)
    if isinstance(plain.get("user"), str):
        plain["user"] = re.sub(r"^\s*(@|/?u/)*|\s+$", "", plain["user"], flags=re.IGNORECASE)
    if isinstance(plain.get("community"), str):
        plain["community"] = re.sub(r"^\s*(#|/?r/)*|\s+$", "", plain["community"], flags=re.IGNORECASE)
    given = {key: value for key, value in plain.items() if not _is_empty(value)}
    return resolve_dates(given, today=today, last_post=last_post)


def told_apart(library: Library, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """``args`` with a person who was taken for a community as ``user``, and a community taken for a person as such.

    A bare name in a question ("only by bsidebenny") may be either; the index knows which.
    """
    fields, told = arguments_model(tool).model_fields, dict(args)
    said = [name for name in ("user", "community") if name in told]
    if len(said) != 1 or not {"user", "community"} <= fields.keys() or fields[said[0]].is_required():
        return told
    name = str(told[said[0]])
    person, community = library.find_author(name) is not None, name.casefold() in library.communities
    if person != community:
        told["user" if person else "community"] = told.pop(said[0])
    return told


def brands_apart(library: Library, args: dict[str, Any]) -> dict[str, Any]:
    """``args`` with a single brand that is several names as these: "nike adidas puma", "Canon and Nikon"."""
    brands = args.get("brands")
    if not isinstance(brands, list) or len(brands) != 1 or _is_name(library, str(brands[0])):
        return args
    pieces = [piece for piece in BESIDE.split(str(brands[0])) if piece.strip()]
    return {**args, "brands": [name for piece in pieces for name in _in_a_row(library, piece)]}


def _in_a_row(library: Library, words: str) -> list[str]:
    """The names that stand one after the other, the longest first; all words as one name where some are in none."""
    left, names = words.split(), list[str]()
    while left:
        size = next((size for size in range(len(left), 0, -1) if _is_name(library, " ".join(left[:size]))), 0)
        if not size:
            return [words.strip()]
        names.append(" ".join(left[:size]))
        left = left[size:]
    return [words.strip()] if len(names) > 1 and _belong_together(library, words, names) else names


def _belong_together(library: Library, words: str, names: list[str]) -> bool:
    """Whether posts write them as one, like "Nike Air Max", and do not merely name several things side by side."""
    whole, *parts = subjects_of_names(library, [words, *names])
    return len(whole.posts) > TOGETHER * min(len(part.posts) for part in parts)


def _is_name(library: Library, name: str) -> bool:
    """Whether these posts tag it as a name, or it is well known as one."""
    return len(name) > 1 and (canonical(name) in known_names(library) or is_well_known(name))


def langchain_tools(library: Library) -> list[BaseTool]:
    """One LangChain tool for each of ours, bound to ``library``."""
    return [_tool(library, name) for name in TOOLS]


def tool_schema(name: str) -> dict[str, Any]:
    """A tool in OpenAI's form, as chat models are offered it."""
    return convert_to_openai_tool(
        StructuredTool.from_function(
            lambda: None, name=name, description=description(name), args_schema=arguments_model(name)
        )
    )


def run_tool(library: Library, name: str, args: dict[str, Any]) -> Outcome:
    """Run one tool with the arguments as a model gives them; what it cannot do is a sentence in the outcome."""
    started = time.perf_counter()
    last = library.manifest.last_post
    used = plain_arguments(args, today=date.today(), last_post=date.fromisoformat(last[:10]) if last else None)
    used = brands_apart(library, told_apart(library, name, used)) if name in TOOLS else used
    try:
        result = call_tool(library, name, used)
    except AnalystError as error:
        return Outcome(used, None, time.perf_counter() - started, str(error))
    return Outcome(used, result, time.perf_counter() - started)


def _tool(library: Library, name: str) -> BaseTool:
    def run(**args: Any) -> tuple[str, Outcome]:
        outcome = run_tool(library, name, args)
        return outcome.result.text if outcome.result else outcome.fault, outcome

    return StructuredTool.from_function(
        run,
        name=name,
        description=description(name),
        # As plain data, not as a pydantic model: LangChain would fill in all defaults and word refusals in its own way.
        args_schema=tool_schema(name)["function"]["parameters"],
        response_format="content_and_artifact",
    )


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
