"""What happens when somebody says whether an answer was useful."""

from __future__ import annotations

from pathlib import Path

from agent.feedback import LONGEST_REASON, Feedback, keep_feedback
from agent.page.screen import AT_ONCE, Changes, Screen
from agent.page.sessions import Visit
from agent.page.views.html import part
from index.errors import AnalystError

THANKS = "Thank you. It is kept on this machine alone; `analyst feedback` makes a question suite of it."


class FeedbackHandlers:
    """The handlers of the two buttons below an answer, and of the reason."""

    def __init__(self, screen: Screen, folder: Path) -> None:
        import gradio as gr

        self._screen, self.parts, self._gr, self._folder = screen, screen.parts, gr, folder

    def connect(self) -> None:
        """Bind all handlers."""
        p = self.parts
        told = [p.why_not, p.feedback_note]
        p.useful.click(self.useful, p.visit, told, **AT_ONCE)
        p.not_useful.click(self.not_useful, p.visit, told, **AT_ONCE)
        p.why_not.submit(self.because, [p.visit, p.why_not], told, **AT_ONCE)

    def useful(self, visit: Visit | None) -> Changes:
        """It was."""
        return self._keep(visit, useful=True)

    def not_useful(self, visit: Visit | None) -> Changes:
        """It was not; the reason may follow."""
        return {**self._keep(visit, useful=False), self.parts.why_not: self._gr.Textbox("", visible=True)}

    def because(self, visit: Visit | None, reason: str) -> Changes:
        """Why it was not."""
        return self._keep(visit, useful=False, reason=reason[:LONGEST_REASON])

    def _keep(self, visit: Visit | None, *, useful: bool, reason: str = "") -> Changes:
        p, hidden = self.parts, self._gr.Textbox("", visible=False)
        if visit is None or not visit.conversation.asked or visit.conversation.running:
            return {p.why_not: hidden, p.feedback_note: ""}
        conversation = visit.conversation
        last = conversation.asked[-1]
        calls = [(shown.name, shown.args) for shown in conversation.shown[last.shown :]]
        library = self._screen.library(visit)
        index = library.path.resolve().name if library is not None else ""
        try:
            keep_feedback(self._folder, Feedback(last.question, calls, useful, reason, index))
        except AnalystError as error:
            return {p.why_not: hidden, p.feedback_note: part("notice", str(error), "error")}
        return {p.why_not: hidden, p.feedback_note: part("quiet", THANKS)}
