"""The tools by name, and one safe way to call them: arguments checked, faults as sentences."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from index.errors import AnalystError
from tools.analyze_sentiment import analyze_sentiment
from tools.cannot_tell import cannot_tell
from tools.compare_audiences import compare_audiences
from tools.compare_brands import compare_brands
from tools.compare_periods import compare_periods
from tools.count import count
from tools.describe_data import describe_data
from tools.explain_match import explain_match
from tools.explain_method import explain_method
from tools.extract_entities import extract_entities
from tools.extract_keywords import extract_keywords
from tools.find_audience import find_audience
from tools.find_lookalikes import find_lookalikes
from tools.get_profile import get_profile
from tools.library import Library
from tools.list_segments import list_segments
from tools.measure_engagement import measure_engagement
from tools.privacy.guard import check_call
from tools.rank import rank
from tools.result.result import ToolResult
from tools.search_posts import search_posts
from tools.selection.people import MANY
from tools.show_audience import show_audience
from tools.summarize_themes import summarize_themes
from tools.write_brief import write_brief

TOOLS: dict[str, Callable[..., ToolResult]] = {
    tool.__name__: tool
    for tool in (
        find_audience,
        find_lookalikes,
        explain_match,
        get_profile,
        search_posts,
        summarize_themes,
        analyze_sentiment,
        extract_entities,
        extract_keywords,
        compare_brands,
        compare_periods,
        measure_engagement,
        count,
        rank,
        list_segments,
        write_brief,
        show_audience,
        compare_audiences,
        describe_data,
        explain_method,
        cannot_tell,
    )
}
ARGUMENTS = Path(__file__).parent / "arguments.yaml"
LONGEST_ARGUMENT = 4000  # characters
LARGEST_LIMIT = 500
LONGEST_LIST = 50
LISTS_OF_HANDLES = ("among", "exclude", "users")
COUNTS = ("min_likes", "max_likes", "min_replies", "max_replies", "min_posts", "max_posts", "at_least")


class BadArguments(AnalystError):
    """A call that does not fit the tool: wrong usage rather than a failure."""


def call_tool(library: Library, name: str, args: dict[str, Any]) -> ToolResult:
    """Run one tool. Strings are coerced (``limit="5"``, ``interests="a,b"``); None means "not given".

    Raises BadArguments if the tool or an argument does not exist or fit, AnalystError for what the tool cannot do or
    what people are never looked for by.
    """
    known = checked_arguments(name, args)
    check_call(name, known)
    return TOOLS[name](library, **known)


def checked_arguments(name: str, args: dict[str, Any]) -> dict[str, Any]:
    """The arguments that were given, as the tool takes them. Raises BadArguments as ``call_tool`` does."""
    if name not in TOOLS:
        raise BadArguments(f"There is no tool named {name!r}", todo=f"The tools are: {', '.join(TOOLS)}.")
    given = {key: _unpacked(value, name, key) for key, value in args.items() if value is not None}
    try:
        checked = arguments_model(name).model_validate(given)
    except ValidationError as error:
        raise BadArguments(
            f"{name} was called wrongly: {_faults(error)}",
            todo=f"Its arguments are: {', '.join(arguments_model(name).model_fields) or 'none'}.",
        ) from error
    return checked.model_dump(exclude_unset=True)


@cache
def arguments_model(name: str) -> type[BaseModel]:
    """A pydantic model of a tool's arguments, made from the function's own signature."""
    fields: dict[str, Any] = {}
    for key, hint, default in _parameters(TOOLS[name]):
        words = argument_description(name, key)
        if get_origin(hint) is Annotated:
            hint, words = get_args(hint)[:2]
        bounds: dict[str, Any] = {}
        if key == "limit":
            bounds = {"ge": 1, "le": LARGEST_LIMIT}
        elif key in COUNTS:
            bounds = {"ge": 0}
        elif "list" in str(hint):
            bounds = {"max_length": MANY if key in LISTS_OF_HANDLES else LONGEST_LIST}
        fields[key] = (hint, Field(default, description=words, **bounds))
    return create_model(name, __config__=ConfigDict(extra="forbid", str_max_length=LONGEST_ARGUMENT), **fields)


def _parameters(function: Callable[..., ToolResult]) -> Iterator[tuple[str, Any, Any]]:
    """Name, type and default of each argument, those of ``**filters: Unpack[…]`` among them; the library is none."""
    hints = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            (filters,) = get_args(hints[parameter.name])
            yield from ((key, hint, None) for key, hint in get_type_hints(filters, include_extras=True).items())
        elif parameter.name != "library":
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            yield parameter.name, hints[parameter.name], default


def description(name: str) -> str:
    """What a tool does, in one sentence: the first line of its docstring."""
    return inspect.getdoc(TOOLS[name]).partition("\n")[0]  # type: ignore[union-attr]


def argument_description(tool: str, argument: str) -> str | None:
    """What an argument means, in one line of ``arguments.yaml``; None if it stands nowhere, which a test refuses."""
    lines = argument_lines()
    return lines.get(tool, {}).get(argument) or lines["every_tool"].get(argument)


@cache
def argument_lines() -> dict[str, dict[str, str]]:
    """All lines, by tool (or ``every_tool``) and argument."""
    return yaml.safe_load(ARGUMENTS.read_text(encoding="utf-8"))


def _unpacked(value: Any, tool: str, key: str) -> Any:
    """A list given as text: JSON, or parted by commas."""
    field = arguments_model(tool).model_fields.get(key)
    if field is None or not isinstance(value, str) or "list" not in str(field.annotation):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            pass
    return [part.strip() for part in value.split(",") if part.strip()]


def _faults(error: ValidationError) -> str:
    faults = []
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"])
        shown = fault.get("input")
        value = f" (it was {str(shown)[:40]!r})" if fault["type"] not in ("missing", "extra_forbidden") else ""
        faults.append(f"{place}: {fault['msg'].lower()}{value}")
    return "; ".join(faults)
