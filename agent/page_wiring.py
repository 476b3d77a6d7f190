"""What happens on which click. All of it is private to the page: outside programs have the command line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from agent.page_about import about_html, about_index, example_questions
from agent.page_chart import charts_html, charts_of
from agent.page_html import notice
from agent.page_panel import (
    DOWNLOADS,
    QUERY,
    call_list_html,
    downloads,
    query_args,
    query_values,
    talks_html,
    waiting_html,
)
from agent.page_person import open_person, person_html
from agent.page_result import head_html, posts_tab_html, result_html
from agent.page_sessions import Sessions, Visit
from agent.page_style import SAVE, TO_QUESTION
from agent.page_text import literal
from agent.page_turn import LOADING, Conversation, Opening, Shown, answer, error_sentence
from index.errors import AnalystError
from tools.find_audience import FindAudience
from tools.registry import call_tool

if TYPE_CHECKING:
    import gradio as gr

    from agent.page import Parts
    from tools.library import Library

Changes = dict[Any, Any]  # components and what becomes of them
RERUN = "edited query"
STILL_RUNNING = "A question is still being answered. Wait for it, or press Stop."
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}


class Wiring:
    """The handlers of one page, over its parts."""

    def __init__(self, opening: Opening, parts: Parts) -> None:
        import gradio as gr

        self._opening, self._parts, self._gr = opening, parts, gr
        self._visits: WeakValueDictionary[str, Visit] = WeakValueDictionary()  # by page, as long as it is open
        self._arriving = threading.Lock()
        self._sessions = Sessions(lambda thread: opening.get().forget(thread) if opening.ready else None)

    def connect(self, page: gr.Blocks) -> None:
        """Bind all handlers."""
        p = self._parts
        page.load(self._with_request(self.arrive), [p.key, p.visit], self._everything(), **AT_ONCE)
        told = page.load(self.facts, None, [p.about, p.data, *p.examples], concurrency_limit=None, **QUIET)
        told.then(self.offer, p.visit, p.example_row, **AT_ONCE)
        sources = [(p.box.submit, p.box), (p.ask.click, p.box), *((each.click, each) for each in p.examples)]
        for event, source in sources:
            self._answered(event(self._with_request(self.begin), [source, p.key], self._everything(), **AT_ONCE))
        self._answered(p.retry.click(self.retry, p.visit, self._everything(), **AT_ONCE))
        p.edit.click(self.edit, p.visit, [p.box, p.again, p.editing], **AT_ONCE)
        p.cancel.click(self.keep, p.visit, [p.box, p.again, p.editing], **AT_ONCE)
        p.stop.click(_halt, p.visit, None, **AT_ONCE)
        p.fresh.click(self.renew, p.visit, self._everything(), **AT_ONCE)
        p.talks.click(self._with_event(self.choose), p.visit, self._everything(), **AT_ONCE)
        p.head.click(self._with_event(self.pick), p.visit, self._panel(), **AT_ONCE)
        p.result.click(self._with_event(self.open), p.visit, p.result, **QUIET)
        p.chart_tab.select(self.draw, p.visit, p.chart, concurrency_limit=1, concurrency_id="chart", **QUIET)
        for event in (p.run.click, *(field.submit for field in p.query)):
            event(self.rerun, [p.visit, *p.query], [*self._everything(), p.query_note], **QUIET)
        for kind, button in p.takes.items():
            made = button.click(self._taking(kind), p.visit, p.file, **QUIET)
            made.then(None, p.file, None, js=SAVE, **AT_ONCE)

    def _answered(self, begun: Any) -> None:
        """After a question was taken up, answer it."""
        p = self._parts
        answered = begun.then(
            self.reply, p.visit, [p.chat, *self._panel()], concurrency_limit=8, concurrency_id="reply", **QUIET
        )
        done = answered.then(self.idle, p.visit, [*self._controls(), p.talks, p.head], **AT_ONCE)
        done.then(None, None, None, js=TO_QUESTION, **AT_ONCE)

    def _with_request(self, handler: Callable[[Any, Any, Any], Changes]) -> Callable[..., Changes]:
        """Gradio hands over the request by the type of an argument, which exists only now."""

        def handle(first: Any, second: Any, request: Any) -> Changes:
            return handler(first, second, request)

        handle.__annotations__ = {"request": self._gr.Request}
        return handle

    def _with_event(self, handler: Callable[[Visit | None, Any], Any]) -> Callable[..., Any]:
        """The same for what was pressed."""

        def handle(visit: Visit | None, event: Any) -> Any:
            return handler(visit, event)

        handle.__annotations__ = {"event": self._gr.EventData}
        return handle

    def _panel(self) -> list[Any]:
        p = self._parts
        tabs = [p.tabs, p.result_tab, p.chart_tab, p.posts_tab, p.query_tab, p.take_tab]
        return [p.head, *tabs, p.result, p.posts, p.chart, *p.query, p.people_row, p.chart_row, p.calls]

    def _controls(self) -> list[Any]:
        p = self._parts
        return [p.ask, p.stop, p.again, p.editing, p.example_row]

    def _everything(self) -> list[Any]:
        p = self._parts
        return [p.visit, p.key, p.chat, p.box, p.talks, *self._controls(), *self._panel()]

    # What the page shows

    def _library(self) -> Library | None:
        return getattr(self._opening.get(), "library", None) if self._opening.ready else None

    def _show_result(self, visit: Visit, *, tab: str = "result") -> Changes:
        """The right side, for the result that ``visit`` points at."""
        gr, p, shown, library = self._gr, self._parts, visit.shown, self._library()
        audience, drawn = shown is not None and isinstance(shown.result, FindAudience), bool(charts_of(library, shown))
        there = shown is not None
        values = query_values(shown)
        return {
            p.head: head_html(visit.conversation.shown, visit.place),
            p.tabs: gr.Tabs(selected=tab if there else "data"),
            p.result_tab: gr.Tab(label="People" if audience else "Result", visible=there),
            p.chart_tab: gr.Tab(visible=drawn),
            p.posts_tab: gr.Tab(visible=there),
            p.query_tab: gr.Tab(visible=audience),
            p.take_tab: gr.Tab(visible=there),
            p.result: result_html(shown),
            p.posts: posts_tab_html(library, shown),
            p.chart: waiting_html("Drawing"),
            **dict(zip(p.query, values, strict=True)),
            p.people_row: gr.Row(visible=audience),
            p.chart_row: gr.Row(visible=drawn),
            p.calls: call_list_html(visit, library),
        }

    def _show_controls(self, conversation: Conversation) -> Changes:
        gr, p, running = self._gr, self._parts, conversation.running or conversation.pending is not None
        return {
            p.ask: gr.Button(visible=not running),
            p.stop: gr.Button(visible=running),
            p.again: gr.Row(visible=bool(conversation.asked) and not running),
            p.editing: gr.Row(visible=False),
            p.example_row: gr.Row(visible=self._opening.ready and not conversation.asked),
        }

    def _show_all(self, visit: Visit) -> Changes:
        p = self._parts
        return {
            p.visit: visit,
            p.chat: visit.conversation.messages,
            p.talks: talks_html(visit),
            **self._show_controls(visit.conversation),
            **self._show_result(visit),
        }

    # What happens

    def arrive(self, key: Any, _: Visit | None, request: Any) -> Changes:
        """A page was opened: find the conversations of this browser, or begin the first."""
        p, visit = self._parts, self._visit(key, request)
        if not visit.conversation.asked:  # nothing to bring back, and somebody may be typing already
            return {p.visit: visit, p.key: visit.session.key, p.talks: talks_html(visit)}
        return {p.key: visit.session.key, **self._show_all(visit)}

    def _visit(self, key: Any, request: Any) -> Visit:
        """The visit of an open page. Its first question may come before its arrival is done; both are one visit."""
        with self._arriving:
            visit = self._visits.get(request.session_hash)
            if visit is None or visit.session.owner != request.username:
                session = self._sessions.open(key, request.username)
                latest = next(iter(reversed(session.conversations)), None)
                visit = Visit(session, latest or self._sessions.begin(session))
                self._visits[request.session_hash] = visit
            return visit

    def facts(self) -> Iterator[Changes]:
        """The line about the index, the page about the data and the examples, once all is loaded."""
        gr, p = self._gr, self._parts
        if not self._opening.ready:
            yield {p.about: literal(LOADING)}
        try:
            analyst = self._opening.get()
            line = literal(about_index(analyst.manifest, analyst.model_name))
            library = self._library()
            questions = example_questions(library) if library is not None else []
            told = about_html(analyst) if library is not None else ""
        except Exception as error:
            sentence = error_sentence(error)
            yield {p.about: literal(sentence), p.data: notice(sentence, "error")}
            return
        buttons = [gr.Button(question, visible=True) for question in questions]
        buttons += [gr.Button(visible=False)] * (len(p.examples) - len(buttons))
        yield {
            p.about: line,
            p.data: told,
            **dict(zip(p.examples, buttons, strict=True)),
        }

    def offer(self, visit: Visit | None) -> gr.Row:
        """The examples, unless somebody has asked already."""
        return self._gr.Row(visible=self._opening.ready and not (visit is not None and visit.conversation.asked))

    def begin(self, question: str, key: Any, request: Any) -> Changes:
        """Take up a question; in place of the last one if that is being edited."""
        visit = self._visit(key, request)
        conversation = visit.conversation
        if not question.strip():
            return {self._parts.visit: visit}
        if visit.editing:
            conversation.take_back()
            visit.editing = False
        if not conversation.put(question):
            return {self._parts.visit: visit}
        visit.place, visit.person = None, None
        return self._asked(visit)

    def _asked(self, visit: Visit) -> Changes:
        p, conversation = self._parts, visit.conversation
        panel = {} if conversation.shown else {p.head: waiting_html("Looking through the posts")}
        return {
            p.visit: visit,
            p.key: visit.session.key,
            p.chat: conversation.messages,
            p.box: "",
            p.talks: talks_html(visit),
            **self._show_controls(conversation),
            **panel,
        }

    def retry(self, visit: Visit | None) -> Changes:
        """Ask the last question again; its answer goes."""
        question = visit.conversation.take_back() if visit is not None else ""
        if visit is None or not question or not visit.conversation.put(question):
            return {self._parts.visit: visit}
        visit.place, visit.person = None, None
        return {**self._show_result(visit), **self._asked(visit)}

    def edit(self, visit: Visit | None) -> Changes:
        """Put the last question into the box."""
        gr, p = self._gr, self._parts
        if visit is None or not visit.conversation.asked or visit.conversation.running:
            return {p.box: gr.skip()}
        visit.editing = True
        last = visit.conversation.asked[-1].question
        return {p.box: last, p.again: gr.Row(visible=False), p.editing: gr.Row(visible=True)}

    def keep(self, visit: Visit | None) -> Changes:
        """Leave the last question as it was."""
        gr, p = self._gr, self._parts
        if visit is not None:
            visit.editing = False
        return {p.box: "", p.again: gr.Row(visible=True), p.editing: gr.Row(visible=False)}

    def reply(self, visit: Visit | None) -> Iterator[Changes]:
        """Answer the question that was taken up; the right side follows as soon as a tool is done."""
        if visit is None:
            return
        conversation, seen = visit.conversation, len(visit.conversation.shown)
        for messages in answer(conversation, self._opening):
            if visit.conversation is not conversation:  # another one was opened meanwhile
                return
            changes: Changes = {self._parts.chat: messages}
            if len(conversation.shown) > seen:
                seen = len(conversation.shown)
                changes |= self._show_result(visit)
            yield changes

    def idle(self, visit: Visit | None) -> Changes:
        """The answer is there."""
        p = self._parts
        if visit is None:
            return {p.talks: self._gr.skip()}
        return {
            **self._show_controls(visit.conversation),
            p.talks: talks_html(visit),
            p.head: head_html(visit.conversation.shown, visit.place),
        }

    def renew(self, visit: Visit | None) -> Changes:
        """A new conversation; the others stay in the list."""
        if visit is None:
            return {self._parts.visit: visit}
        _halt(visit)
        visit.turn_to(self._sessions.begin(visit.session))
        return self._show_all(visit)

    def choose(self, visit: Visit | None, event: Any) -> Changes:
        """Open or delete a conversation of the list."""
        act, place = _pressed(event)
        held = visit.session.conversations if visit is not None else []
        if visit is None or not 0 <= place < len(held) or act not in ("talk", "drop"):
            return {self._parts.visit: visit}
        conversation = held[place]
        if act == "drop":
            self._sessions.remove(visit.session, conversation)
            if conversation is not visit.conversation:
                return {self._parts.talks: talks_html(visit)}
            latest = next(iter(reversed(visit.session.conversations)), None)
            conversation = latest or self._sessions.begin(visit.session)
        elif conversation is not visit.conversation:
            _halt(visit)
        visit.turn_to(conversation)
        return self._show_all(visit)

    def pick(self, visit: Visit | None, event: Any) -> Changes:
        """Show another result of this conversation."""
        act, place = _pressed(event)
        if visit is None or act != "pick" or not 0 <= place < len(visit.conversation.shown):
            return {self._parts.tabs: self._gr.skip()}
        visit.place, visit.person = place, None
        return self._show_result(visit)

    def open(self, visit: Visit | None, event: Any) -> Any:
        """Show a person of the audience, or all of them again."""
        act, place = _pressed(event)
        shown, library = (visit.shown, self._library()) if visit is not None else (None, None)
        if visit is None or shown is None or library is None or not isinstance(shown.result, FindAudience):
            return self._gr.skip()
        if act == "person" and 0 <= place < len(shown.result.people):
            visit.person = place
            return person_html(library, open_person(library, shown, place))
        visit.person = None
        return result_html(shown)

    def draw(self, visit: Visit | None) -> str:
        """The pictures of the result, when somebody looks."""
        library = self._library()
        if visit is None or visit.shown is None or library is None:
            return ""
        return charts_html(library, visit.shown)

    def rerun(self, visit: Visit | None, *fields: Any) -> Changes:
        """Run the audience query as it was edited, without the model."""
        p, library = self._parts, self._library()
        if visit is None or library is None or visit.shown is None:
            return {p.query_note: ""}
        if visit.conversation.running:
            return {p.query_note: notice(STILL_RUNNING, "error")}
        args = query_args(dict(zip(QUERY, fields, strict=True)), visit.shown)
        started = time.perf_counter()
        try:
            result = call_tool(library, "find_audience", args)
        except AnalystError as error:
            return {p.query_note: notice(str(error), "error")}
        visit.conversation.add(Shown("find_audience", args, result, time.perf_counter() - started), RERUN)
        visit.place, visit.person = None, None
        return {p.chat: visit.conversation.messages, p.query_note: "", **self._show_result(visit)}

    def _taking(self, kind: str) -> Callable[[Visit | None], Any]:
        def take(visit: Visit | None) -> Any:
            library = self._library()
            if visit is None or library is None or (made := downloads(kind, visit, library)) is None:
                return None
            return made.to_dict()

        assert kind in DOWNLOADS
        return take


def _pressed(event: Any) -> tuple[str, int]:
    """Which button of our own HTML it was. The browser says so, which may say anything."""
    data = getattr(event, "_data", None)
    act, place = (data.get("act"), data.get("place")) if isinstance(data, dict) else ("", -1)
    return str(act), place if isinstance(place, int) else -1


def _halt(visit: Visit | None) -> None:
    if visit is not None:
        visit.conversation.stop.set()
