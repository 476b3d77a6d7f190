"""What happens on which click beside a conversation.

All of it is private to the page: outside programs have the command line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from agent.page.answering import ask, note
from agent.page.by_hand import call_by_hand
from agent.page.conversation import Message
from agent.page.downloads import DOWNLOADS, downloads
from agent.page.limiter import FifoLimiter
from agent.page.screen import AT_ONCE, QUIET, Changes, Screen, pressed, with_event, with_request
from agent.page.sessions import Visit
from agent.page.style import SAVE, TO_QUESTION
from agent.page.views.chart import charts_html
from agent.page.views.html import part
from agent.page.views.person import open_person, person_html
from agent.page.views.query import QUERY, query_args, query_words
from agent.page.views.result import result_html
from index.errors import AnalystError
from tools.exports.names import title
from tools.find_audience import FindAudience

if TYPE_CHECKING:
    import gradio as gr

RERUN = "edited query"
STILL_RUNNING = "A question is still being answered. Wait for it, or press Stop."
AT_ONCE_ANSWERED = max(2, os.cpu_count() or 1)  # questions; whoever comes later stands in line
FOLLOWED = 32  # answers that are followed at once; those beyond go on unseen until there is room


class ChatHandlers:
    """The handlers of questions, answers and their results."""

    def __init__(self, screen: Screen) -> None:
        import gradio as gr

        self._screen, self.parts, self._gr = screen, screen.parts, gr
        self._limiter = FifoLimiter(AT_ONCE_ANSWERED)

    def connect(self, page: gr.Blocks) -> None:
        """Bind all handlers."""
        p, screen = self.parts, self._screen
        everything, panel = screen.everything(), screen.panel()
        arrived = page.load(with_request(self.arrive), [p.key, screen.own.token], everything, **AT_ONCE)
        self._followed(arrived.then(self.catch_up, p.visit, [p.chat, *panel], concurrency_limit=None, **QUIET))
        offered = [(each.click, each) for each in (*p.examples, *p.follows)]
        sources = [(p.box.submit, p.box), (p.ask.click, p.box), *offered]
        for event, source in sources:
            self._answered(event(with_request(self.begin), [source, p.key], everything, **AT_ONCE))
        self._answered(p.retry.click(self.retry, p.visit, everything, **AT_ONCE))
        p.edit.click(self.edit, p.visit, [p.box, p.again, p.editing], **AT_ONCE)
        p.cancel.click(self.keep, p.visit, [p.box, p.again, p.editing], **AT_ONCE)
        p.stop.click(_halt, p.visit, None, **AT_ONCE)
        p.fresh.click(self.renew, p.visit, everything, **AT_ONCE)
        p.talks.click(with_event(self.choose), p.visit, everything, **AT_ONCE)
        p.head.click(with_event(self.pick), p.visit, panel, **AT_ONCE)
        p.result.click(with_event(self.open), p.visit, p.result, **QUIET)
        p.chart_tab.select(self.draw, p.visit, p.chart, concurrency_limit=1, concurrency_id="chart", **QUIET)
        p.draw.click(self.chart_this, p.visit, panel, concurrency_limit=1, concurrency_id="chart", **QUIET)
        for event in (p.run.click, *(field.submit for field in p.query)):
            event(self.rerun, [p.visit, *p.query], [*everything, p.query_note], **QUIET)
        for kind, button in p.takes.items():
            made = button.click(self._taking(kind), p.visit, p.file, **QUIET)
            made.then(None, p.file, None, js=SAVE, **AT_ONCE)

    def _answered(self, begun: Any) -> None:
        """After a question was taken up, follow its answer."""
        p, screen = self.parts, self._screen
        answered = begun.then(
            self.reply, p.visit, [p.chat, *screen.panel()], concurrency_limit=FOLLOWED, concurrency_id="reply", **QUIET
        )
        self._followed(answered).then(None, None, None, js=TO_QUESTION, **AT_ONCE)

    def _followed(self, answered: Any) -> Any:
        """After an answer has come, show what can be pressed again."""
        p, screen = self.parts, self._screen
        return answered.then(self.idle, p.visit, [*screen.controls(), p.talks, p.head, screen.own.current], **AT_ONCE)

    def arrive(self, key: Any, token: Any, request: Any) -> Changes:
        """A page was opened: find the conversations and the posts of this browser, or begin the first."""
        p, visit = self.parts, self._screen.visit_of(key, request)
        secrets = {p.key: visit.session.key, self._screen.own.token: self._screen.token_of(visit, token)}
        if not visit.conversation.asked:  # nothing to bring back, and somebody may be typing already
            return {
                **secrets,
                p.visit: visit,
                p.talks: self._screen.conversations(visit),
                **self._screen.show_posts(visit),
            }
        return {**secrets, **self._screen.show_all(visit)}

    def begin(self, question: str, key: Any, request: Any) -> Changes:
        """Take up a question; in place of the last one if that is being edited."""
        visit = self._screen.visit_of(key, request)
        conversation = visit.conversation
        if not question.strip():
            return {self.parts.visit: visit}
        if visit.editing:
            conversation.take_back()
            visit.editing = False
        if not self._ask(visit, question):
            return {self.parts.visit: visit}
        self._screen.sessions.keep(visit.session, conversation)
        return self._asked(visit)

    def _ask(self, visit: Visit, question: str) -> bool:
        """Begin to answer a question; no if another one is still being answered."""
        run = ask(visit.conversation, question, self._screen.opening(visit), self._limiter)
        if run is not None:
            visit.run, visit.place, visit.person = run, None, None
        return run is not None

    def _asked(self, visit: Visit) -> Changes:
        p, conversation = self.parts, visit.conversation
        panel = {} if conversation.shown else {p.head: part("waiting", "Looking through the posts")}
        return {
            p.visit: visit,
            p.key: visit.session.key,
            p.chat: conversation.messages,
            p.box: "",
            p.talks: self._screen.conversations(visit),
            **self._screen.show_controls(visit),
            **panel,
        }

    def retry(self, visit: Visit | None) -> Changes:
        """Ask the last question again; its answer goes."""
        question = visit.conversation.take_back() if visit is not None else ""
        if visit is None or not question or not self._ask(visit, question):
            return {self.parts.visit: visit}
        return {**self._screen.show_result(visit), **self._asked(visit)}

    def edit(self, visit: Visit | None) -> Changes:
        """Put the last question into the box."""
        gr, p = self._gr, self.parts
        if visit is None or not visit.conversation.asked or visit.conversation.running:
            return {p.box: gr.skip()}
        visit.editing = True
        last = visit.conversation.asked[-1].question
        return {p.box: last, p.again: gr.Row(visible=False), p.editing: gr.Row(visible=True)}

    def keep(self, visit: Visit | None) -> Changes:
        """Leave the last question as it was."""
        gr, p = self._gr, self.parts
        if visit is not None:
            visit.editing = False
        return {p.box: "", p.again: gr.Row(visible=True), p.editing: gr.Row(visible=False)}

    def reply(self, visit: Visit | None) -> Iterator[Changes]:
        """Follow the answer to the question that this page put; the right side follows as soon as a tool is done."""
        yield {self.parts.chat: self._gr.skip()}  # what yields nothing would empty all that it could have changed
        run = visit.run if visit is not None else None
        if visit is None or run is None:
            return
        visit.run = None
        yield from self._seen(visit, run.follow(), run.results_before)

    def catch_up(self, visit: Visit | None) -> Iterator[Changes]:
        """A page that was opened while an answer is on its way sees the rest of it."""
        yield {self.parts.chat: self._gr.skip()}  # as above
        run = visit.conversation.run if visit is not None else None
        if visit is not None and run is not None and visit.run is not run:
            yield from self._seen(visit, run.watch(), run.results_before)

    def _seen(self, visit: Visit, states: Iterator[list[Message]], seen: int) -> Iterator[Changes]:
        conversation = visit.conversation
        for messages in states:
            if visit.conversation is not conversation:  # another one was opened meanwhile
                return
            changes: Changes = {self.parts.chat: messages}
            if len(conversation.shown) > seen:
                seen = len(conversation.shown)
                changes |= self._screen.show_result(visit)
            yield changes

    def idle(self, visit: Visit | None) -> Changes:
        """The answer is there."""
        p = self.parts
        if visit is None:
            return {p.talks: self._gr.skip()}
        return {
            **self._screen.show_controls(visit),
            p.talks: self._screen.conversations(visit),
            p.head: self._screen.head(visit),
            self._screen.own.current: self._screen.about(visit),
        }

    def renew(self, visit: Visit | None) -> Changes:
        """A new conversation; the others stay in the list."""
        if visit is None:
            return {self.parts.visit: visit}
        return self._screen.begin_about(visit, visit.conversation.index)

    def choose(self, visit: Visit | None, event: Any) -> Changes:
        """Open or delete a conversation of the list."""
        act, place, _ = pressed(event)
        held = visit.session.conversations if visit is not None else []
        if visit is not None and act == "undo" and visit.dropped is not None:
            return self._bring_back(visit)
        if visit is None or not 0 <= place < len(held) or act not in ("talk", "drop"):
            return {self.parts.visit: visit}
        conversation = held[place]
        if act == "drop":
            self._screen.sessions.remove(visit.session, conversation)
            visit.dropped = conversation
            if conversation is not visit.conversation:
                return {self.parts.talks: self._screen.conversations(visit)}
            latest = next(iter(reversed(visit.session.conversations)), None)
            if latest is None:
                return self._screen.begin_about(visit, conversation.index)
            conversation = latest
        elif conversation is not visit.conversation:
            _halt(visit)
        visit.turn_to(conversation)
        return self._screen.show_all(visit)

    def _bring_back(self, visit: Visit) -> Changes:
        """Undo the deletion of a conversation: what it found is told to the analyst again, which has forgotten it."""
        conversation, visit.dropped = visit.dropped, None
        assert conversation is not None
        self._screen.sessions.bring_back(visit.session, conversation)
        visit.turn_to(conversation)
        opening = self._screen.opening(visit)
        for asked in conversation.asked:
            asked.remembered = None
        for shown in conversation.shown if opening.ready else ():
            note(conversation, opening.get(), shown, shown.asked or title(shown.name, shown.args))
        return self._screen.show_all(visit)

    def pick(self, visit: Visit | None, event: Any) -> Changes:
        """Show another result of this conversation."""
        act, place, _ = pressed(event)
        if visit is None or act != "pick" or not 0 <= place < len(visit.conversation.shown):
            return {self.parts.tabs: self._gr.skip()}
        visit.place, visit.person = place, None
        return self._screen.show_result(visit)

    def open(self, visit: Visit | None, event: Any) -> Any:
        """Show a person of the audience, or all of them again."""
        act, place, _ = pressed(event)
        shown, library = (visit.shown, self._screen.library(visit)) if visit is not None else (None, None)
        if visit is None or shown is None or library is None or not isinstance(shown.result, FindAudience):
            return self._gr.skip()
        if act == "person" and 0 <= place < len(shown.result.people):
            visit.person = place
            return person_html(library, open_person(library, shown, place))
        if act != "back":
            return self._gr.skip()
        visit.person = None
        return result_html(shown, library)

    def draw(self, visit: Visit | None) -> str:
        """The pictures of the result, when somebody looks."""
        library = self._screen.library(visit) if visit is not None else None
        if visit is None or visit.shown is None or library is None:
            return ""
        return charts_html(library, visit.shown)

    def chart_this(self, visit: Visit | None) -> Changes:
        """Show the pictures of the latest result."""
        if visit is None or not visit.conversation.shown:
            return {self.parts.tabs: self._gr.skip()}
        visit.place, visit.person = None, None
        return {**self._screen.show_result(visit, tab="chart"), self.parts.chart: self.draw(visit)}

    def rerun(self, visit: Visit | None, *fields: Any) -> Changes:
        """Run the audience query as it was edited, without the model."""
        p, opening = self.parts, self._screen.opening(visit) if visit is not None else None
        if visit is None or opening is None or not opening.ready or visit.shown is None:
            return {p.query_note: ""}
        if visit.conversation.running:
            return {p.query_note: part("notice", STILL_RUNNING, "error")}
        args = query_args(dict(zip(QUERY, fields, strict=True)), visit.shown)
        try:
            call_by_hand(visit, opening, "find_audience", args, query_words(args), RERUN)
        except AnalystError as error:
            return {p.query_note: part("notice", str(error), "error")}
        return {p.chat: visit.conversation.messages, p.query_note: "", **self._screen.show_result(visit)}

    def _taking(self, kind: str) -> Callable[[Visit | None], Any]:
        def take(visit: Visit | None) -> Any:
            library = self._screen.library(visit) if visit is not None else None
            if visit is None or library is None:
                return None
            made = downloads(kind, visit, library, self._screen.model_name(visit))
            return made.to_dict() if made is not None else None

        assert kind in DOWNLOADS
        return take


def _halt(visit: Visit | None) -> None:
    if visit is not None:
        visit.conversation.stop.set()
