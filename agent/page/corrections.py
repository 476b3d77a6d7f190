"""What happens when somebody corrects a post on the page: its tone, the tone toward a name, or a wrongly found name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agent.page.screen import QUIET, Changes, Screen, pressed, with_event
from agent.page.sessions import Visit
from agent.page.views.html import part
from agent.page.views.person import open_person, person_html
from index.corrections import correct_name, correct_tone, undo_corrections
from index.errors import AnalystError
from tools.find_audience import FindAudience
from tools.registry import call_tool
from tools.result.words import capital

if TYPE_CHECKING:
    from tools.library import Library

DONE = "Corrected: {}. It counts in every answer from now on; what the chat says above was counted before."
UNDONE = "Undone. What was read in the post counts again."
GONE = "Corrected. Counted anew there is nothing left of this result: {}"


class CorrectionHandlers:
    """The handlers of corrections."""

    def __init__(self, screen: Screen) -> None:
        import gradio as gr

        self._screen, self.parts, self._gr = screen, screen.parts, gr

    def connect(self) -> None:
        """Bind all handlers."""
        p = self.parts
        for where in (p.posts, p.result):
            where.click(with_event(self.fix), p.visit, [p.posts, p.result, p.head], **QUIET)

    def fix(self, visit: Visit | None, event: Any) -> Changes:
        """Correct a post, and show the result as it is counted then."""
        p, (act, _, value) = self.parts, pressed(event)
        library = self._screen.library(visit) if visit is not None else None
        if visit is None or library is None or act != "fix" or visit.shown is None:
            return {p.head: self._gr.skip()}
        try:
            self._screen.check_may_keep(visit)
            said = _corrected(library, value)
            said = self._count_anew(visit) or said
        except AnalystError as error:
            said = part("notice", str(error), "error")
        return {**self._shown(visit), p.head: self._screen.head(visit) + said}

    def _count_anew(self, visit: Visit) -> str:
        """Make the result on show again; says so if there is none any more."""
        shown = visit.shown
        assert shown is not None
        library = self._screen.opening(visit).latest().library
        try:
            shown.result, shown.library, shown.charts = call_tool(library, shown.name, shown.args), library, None
        except AnalystError as error:
            return part("notice", GONE.format(error), "error")
        return ""

    def _shown(self, visit: Visit) -> Changes:
        p, shown = self.parts, visit.shown
        assert shown is not None
        again = self._screen.show_result(visit)
        library, place = self._screen.library(visit), visit.person
        result = again[p.result]
        if isinstance(shown.result, FindAudience) and library is not None and place is not None:
            visit.person = place = min(place, len(shown.result.people) - 1)
            result = person_html(library, open_person(library, shown, place))
        return {p.posts: again[p.posts], p.result: result}


def _corrected(library: Library, value: str) -> str:
    """Do what a button says, which the browser may have made up. Raises AnalystError if it cannot be done."""
    try:
        post, what, name = json.loads(value)
    except ValueError:
        raise AnalystError("This is no correction", todo="Open the page anew.") from None
    if not all(isinstance(each, str) for each in (post, what, name)):
        raise AnalystError("This is no correction", todo="Open the page anew.")
    if what == "undo":
        undo_corrections(library.path, post)
        return part("notice", UNDONE)
    made = correct_name(library.path, post, name) if what == "name" else correct_tone(library.path, post, what, name)
    return part("notice", DONE.format(capital(made.words)))
