"""A call that a visitor makes without the chat model, as one more result of the conversation."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from agent.page.answering import note
from agent.page.views.shown import Shown
from tools.registry import call_tool

if TYPE_CHECKING:
    from agent.page.opening import Opening
    from agent.page.sessions import Visit


def call_by_hand(visit: Visit, opening: Opening, tool: str, args: dict[str, Any], words: str, why: str) -> None:
    """Run a tool and show its result; the analyst remembers it as if ``words`` had asked for it, and the step says
    ``why`` it was made. Raises AnalystError.
    """
    started = time.perf_counter()
    analyst = opening.latest()
    result = call_tool(analyst.library, tool, args)
    shown = Shown(tool, args, result, time.perf_counter() - started, library=analyst.library)
    visit.conversation.add(shown, why)
    note(visit.conversation, analyst, shown, words)
    visit.place, visit.person = None, None
