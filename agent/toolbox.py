"""The tools as LangChain tools: text for the model, the typed result as artifact, faults as messages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool

from agent.dates import resolve_dates
from index.errors import AnalystError
from tools.library import Library
from tools.registry import TOOLS, arguments_model, call_tool, description
from tools.result import ToolResult


@dataclass(frozen=True)
class Outcome:
    """What a call brought: the arguments as they were used, the result, or None and the sentence why not."""

    args: dict[str, Any]
    result: ToolResult | None
    seconds: float
    fault: str = ""

    @property
    def handles(self) -> list[str]:
        """People whom the result names; the chat model may copy them."""
        return self.result.handles if self.result else []


def plain_arguments(args: dict[str, Any], *, today: date) -> dict[str, Any]:
    """Arguments as they are recorded and used: dates resolved to ISO, handles without @, communities without r/ or #."""
    plain = {key: value for key, value in resolve_dates(args, today=today).items() if value not in (None, "", [])}
    if isinstance(plain.get("user"), str):
        plain["user"] = plain["user"].strip().lstrip("@").removeprefix("u/")
    if isinstance(plain.get("community"), str):
        plain["community"] = plain["community"].strip().removeprefix("r/").lstrip("#")
    return plain


def langchain_tools(library: Library) -> list[BaseTool]:
    """One LangChain tool for each of ours, bound to ``library``."""
    return [_tool(library, name) for name in TOOLS]


def _tool(library: Library, name: str) -> BaseTool:
    def run(**args: Any) -> tuple[str, Outcome]:
        started = time.perf_counter()
        used = plain_arguments(args, today=date.today())
        try:
            result = call_tool(library, name, used)
        except AnalystError as error:
            return str(error), Outcome(used, None, time.perf_counter() - started, str(error))
        return result.text, Outcome(used, result, time.perf_counter() - started)

    return StructuredTool.from_function(
        run,
        name=name,
        description=description(name),
        args_schema=arguments_model(name),
        response_format="content_and_artifact",
    )
