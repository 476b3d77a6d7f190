"""What happens on which click. All of it is private to the page: outside programs have the command line."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from agent.page.catalogue import Shelf
from agent.page.chart import charts_html, charts_of
from agent.page.conversation import Opening, Shown, answer, note, taken_up
from agent.page.html import notice
from agent.page.limiter import Line
from agent.page.panel import (
    DOWNLOADS,
    QUERY,
    call_list_html,
    downloads,
    query_args,
    query_values,
    query_words,
    talks_html,
    waiting_html,
)
from agent.page.person import open_person, person_html
from agent.page.posts import Posts, PostsParts
from agent.page.result import head_html, posts_tab_html
from agent.page.saved import Kept
from agent.page.sessions import Sessions, Visit
from agent.page.style import AT_ONCE, QUIET, SAVE, TO_QUESTION
from agent.page.views import is_posts, result_html
from index.errors import AnalystError
from tools.find_audience import FindAudience
from tools.registry import call_tool

if TYPE_CHECKING:
    import gradio as gr

    from agent.page.layout import Parts
    from tools.library import Library

Changes = dict[Any, Any]  # components and what becomes of them
RERUN = "edited query"
STILL_RUNNING = "A question is still being answered. Wait for it, or press Stop."
AT_ONCE_ANSWERED = max(2, os.cpu_count() or 1)  # questions; whoever comes later stands in line
WAITING = 32  # questions that are answered or in line; whoever comes later is not even told so


class Wiring:
    """The handlers of one page, over its parts."""

    def __init__(self, shelf: Shelf, parts: Parts, posts: PostsParts, kept: Kept | None = None) -> None:
        import gradio as gr

        self._shelf, self.parts, self._gr = shelf, parts, gr
        self._posts = Posts(self, shelf, posts)
        self._token = posts.token
        self._line = Line(AT_ONCE_ANSWERED)
        self._visits: WeakValueDictionary[str, Visit] = WeakValueDictionary()  # by page, as long as it is open
        self._arriving = threading.Lock()
        self._sessions = Sessions(self._forget, kept)

    def connect(self, page: gr.Blocks) -> None:
        """Bind all handlers."""
        p = self.parts
        page.load(self._with_request(self.arrive), [p.key, self._token], self.everything(), **AT_ONCE)
        self._posts.connect()
        sources = [(p.box.submit, p.box), (p.ask.click, p.box), *((each.click, each) for each in p.examples)]
        for event, source in sources:
            self._answered(event(self._with_request(self.begin), [source, p.key], self.everything(), **AT_ONCE))
        self._answered(p.retry.click(self.retry, p.visit, self.everything(), **AT_ONCE))
        p.edit.click(self.edit, p.visit, [p.box, p.again, p.editing], **AT_ONCE)
        p.cancel.click(self.keep, p.visit, [p.box, p.again, p.editing], **AT_ONCE)
        p.stop.click(_halt, p.visit, None, **AT_ONCE)
        p.fresh.click(self.renew, p.visit, self.everything(), **AT_ONCE)
        p.talks.click(self.with_event(self.choose), p.visit, self.everything(), **AT_ONCE)
        p.head.click(self.with_event(self.pick), p.visit, self._panel(), **AT_ONCE)
        p.result.click(self.with_event(self.open), p.visit, p.result, **QUIET)
        p.chart_tab.select(self.draw, p.visit, p.chart, concurrency_limit=1, concurrency_id="chart", **QUIET)
        for event in (p.run.click, *(field.submit for field in p.query)):
            event(self.rerun, [p.visit, *p.query], [*self.everything(), p.query_note], **QUIET)
        for kind, button in p.takes.items():
            made = button.click(self._taking(kind), p.visit, p.file, **QUIET)
            made.then(None, p.file, None, js=SAVE, **AT_ONCE)

    def _answered(self, begun: Any) -> None:
        """After a question was taken up, answer it."""
        p = self.parts
        answered = begun.then(
            self.reply, p.visit, [p.chat, *self._panel()], concurrency_limit=WAITING, concurrency_id="reply", **QUIET
        )
        done = answered.then(self.idle, p.visit, [*self._controls(), p.talks, p.head], **AT_ONCE)
        done.then(None, None, None, js=TO_QUESTION, **AT_ONCE)

    def _with_request(self, handler: Callable[[Any, Any, Any], Changes]) -> Callable[..., Changes]:
        """Gradio hands over the request by the type of an argument, which exists only now."""

        def handle(first: Any, second: Any, request: Any) -> Changes:
            return handler(first, second, request)

        handle.__annotations__ = {"request": self._gr.Request}
        return handle

    def with_event(self, handler: Callable[[Visit | None, Any], Any]) -> Callable[..., Any]:
        """The same for what was pressed."""

        def handle(visit: Visit | None, event: Any) -> Any:
            return handler(visit, event)

        handle.__annotations__ = {"event": self._gr.EventData}
        return handle

    @staticmethod
    def pressed(event: Any) -> tuple[str, int, str]:
        """Which button of our own HTML it was: act, place, value. The browser says so, which may say anything."""
        data = getattr(event, "_data", None)
        data = data if isinstance(data, dict) else {}
        place, value = data.get("place"), data.get("value")
        return str(data.get("act")), place if isinstance(place, int) else -1, value if isinstance(value, str) else ""

    def _panel(self) -> list[Any]:
        p = self.parts
        tabs = [p.tabs, p.result_tab, p.chart_tab, p.posts_tab, p.query_tab, p.take_tab]
        return [p.head, *tabs, p.result, p.posts, p.chart, *p.query, p.people_row, p.chart_row, p.calls]

    def _controls(self) -> list[Any]:
        p = self.parts
        return [p.ask, p.stop, p.again, p.editing, p.example_row]

    def everything(self) -> list[Any]:
        p = self.parts
        own = [self._posts.parts.current, self._posts.parts.shelf, *self._posts.outputs()]
        return [p.visit, p.key, self._token, p.chat, p.box, p.talks, *self._controls(), *self._panel(), *own]

    # What the page shows

    def opening(self, visit: Visit) -> Opening:
        """The analyst of the posts that ``visit`` asks about."""
        return self._shelf.opening(visit.conversation.index, self._posts.owner(visit))

    def _library(self, visit: Visit) -> Library | None:
        opening = self.opening(visit)
        return getattr(opening.get(), "library", None) if opening.ready else None

    def _forget(self, thread: str) -> None:
        for analyst in self._shelf.analysts():
            analyst.forget(thread)

    def _show_result(self, visit: Visit, *, tab: str = "result") -> Changes:
        """The right side, for the result that ``visit`` points at."""
        gr, p, shown, library = self._gr, self.parts, visit.shown, self._library(visit)
        audience, drawn = shown is not None and isinstance(shown.result, FindAudience), bool(charts_of(library, shown))
        there, only_posts = shown is not None, is_posts(shown)
        tab = "posts" if only_posts and tab == "result" else tab
        values = query_values(shown)
        return {
            p.head: head_html(visit.conversation.shown, visit.place),
            p.tabs: gr.Tabs(selected=tab if there else "data"),
            p.result_tab: gr.Tab(label="People" if audience else "Result", visible=there and not only_posts),
            p.chart_tab: gr.Tab(visible=drawn),
            p.posts_tab: gr.Tab(visible=there),
            p.query_tab: gr.Tab(visible=audience),
            p.take_tab: gr.Tab(visible=there),
            p.result: result_html(shown, library),
            p.posts: posts_tab_html(library, shown),
            p.chart: waiting_html("Drawing"),
            **dict(zip(p.query, values, strict=True)),
            p.people_row: gr.Row(visible=audience),
            p.chart_row: gr.Row(visible=drawn),
            p.calls: call_list_html(visit, library),
        }

    def _show_controls(self, visit: Visit) -> Changes:
        gr, p, conversation = self._gr, self.parts, visit.conversation
        running = conversation.running or conversation.pending is not None
        return {
            p.ask: gr.Button(visible=not running),
            p.stop: gr.Button(visible=running),
            p.again: gr.Row(visible=bool(conversation.asked) and not running),
            p.editing: gr.Row(visible=False),
            p.example_row: gr.Row(visible=self.opening(visit).ready and not conversation.asked),
        }

    def _show_all(self, visit: Visit) -> Changes:
        p = self.parts
        return {
            p.visit: visit,
            p.chat: visit.conversation.messages,
            p.talks: talks_html(visit),
            **self._show_controls(visit),
            **self._show_result(visit),
            **self._posts.show(visit),
        }

    def begin_about(self, visit: Visit, index: str) -> Changes:
        """A new conversation about the posts of ``index``; the others stay in the list."""
        _halt(visit)
        fresh = self._sessions.begin(visit.session)
        fresh.index = index
        visit.turn_to(fresh)
        return {**self._show_all(visit), self.parts.box: ""}

    # What happens

    def arrive(self, key: Any, token: Any, request: Any) -> Changes:
        """A page was opened: find the conversations and the posts of this browser, or begin the first."""
        p, visit = self.parts, self._visit(key, request)
        secrets = {p.key: visit.session.key, self._token: self._posts.known(visit, token)}
        if not visit.conversation.asked:  # nothing to bring back, and somebody may be typing already
            return {**secrets, p.visit: visit, p.talks: talks_html(visit), **self._posts.show(visit)}
        return {**secrets, **self._show_all(visit)}

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

    def begin(self, question: str, key: Any, request: Any) -> Changes:
        """Take up a question; in place of the last one if that is being edited."""
        visit = self._visit(key, request)
        conversation = visit.conversation
        if not question.strip():
            return {self.parts.visit: visit}
        if visit.editing:
            conversation.take_back()
            visit.editing = False
        if not conversation.put(question):
            return {self.parts.visit: visit}
        self._sessions.keep(visit.session, conversation)
        visit.place, visit.person = None, None
        return self._asked(visit)

    def _asked(self, visit: Visit) -> Changes:
        p, conversation = self.parts, visit.conversation
        panel = {} if conversation.shown else {p.head: waiting_html("Looking through the posts")}
        return {
            p.visit: visit,
            p.key: visit.session.key,
            p.chat: taken_up(conversation, self.opening(visit)),
            p.box: "",
            p.talks: talks_html(visit),
            **self._show_controls(visit),
            **panel,
        }

    def retry(self, visit: Visit | None) -> Changes:
        """Ask the last question again; its answer goes."""
        question = visit.conversation.take_back() if visit is not None else ""
        if visit is None or not question or not visit.conversation.put(question):
            return {self.parts.visit: visit}
        visit.place, visit.person = None, None
        return {**self._show_result(visit), **self._asked(visit)}

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
        """Answer the question that was taken up; the right side follows as soon as a tool is done."""
        if visit is None:
            return
        conversation, seen = visit.conversation, len(visit.conversation.shown)
        for messages in answer(conversation, self.opening(visit), self._line):
            if visit.conversation is not conversation:  # another one was opened meanwhile
                return
            changes: Changes = {self.parts.chat: messages}
            if len(conversation.shown) > seen:
                seen = len(conversation.shown)
                changes |= self._show_result(visit)
            yield changes

    def idle(self, visit: Visit | None) -> Changes:
        """The answer is there."""
        p = self.parts
        if visit is None:
            return {p.talks: self._gr.skip()}
        return {
            **self._show_controls(visit),
            p.talks: talks_html(visit),
            p.head: head_html(visit.conversation.shown, visit.place),
        }

    def renew(self, visit: Visit | None) -> Changes:
        """A new conversation; the others stay in the list."""
        if visit is None:
            return {self.parts.visit: visit}
        return self.begin_about(visit, visit.conversation.index)

    def choose(self, visit: Visit | None, event: Any) -> Changes:
        """Open or delete a conversation of the list."""
        act, place, _ = self.pressed(event)
        held = visit.session.conversations if visit is not None else []
        if visit is None or not 0 <= place < len(held) or act not in ("talk", "drop"):
            return {self.parts.visit: visit}
        conversation = held[place]
        if act == "drop":
            self._sessions.remove(visit.session, conversation)
            if conversation is not visit.conversation:
                return {self.parts.talks: talks_html(visit)}
            latest = next(iter(reversed(visit.session.conversations)), None)
            if latest is None:
                return self.begin_about(visit, conversation.index)
            conversation = latest
        elif conversation is not visit.conversation:
            _halt(visit)
        visit.turn_to(conversation)
        return self._show_all(visit)

    def pick(self, visit: Visit | None, event: Any) -> Changes:
        """Show another result of this conversation."""
        act, place, _ = self.pressed(event)
        if visit is None or act != "pick" or not 0 <= place < len(visit.conversation.shown):
            return {self.parts.tabs: self._gr.skip()}
        visit.place, visit.person = place, None
        return self._show_result(visit)

    def open(self, visit: Visit | None, event: Any) -> Any:
        """Show a person of the audience, or all of them again."""
        act, place, _ = self.pressed(event)
        shown, library = (visit.shown, self._library(visit)) if visit is not None else (None, None)
        if visit is None or shown is None or library is None or not isinstance(shown.result, FindAudience):
            return self._gr.skip()
        if act == "person" and 0 <= place < len(shown.result.people):
            visit.person = place
            return person_html(library, open_person(library, shown, place))
        visit.person = None
        return result_html(shown, library)

    def draw(self, visit: Visit | None) -> str:
        """The pictures of the result, when somebody looks."""
        library = self._library(visit) if visit is not None else None
        if visit is None or visit.shown is None or library is None:
            return ""
        return charts_html(library, visit.shown)

    def rerun(self, visit: Visit | None, *fields: Any) -> Changes:
        """Run the audience query as it was edited, without the model."""
        p, library = self.parts, self._library(visit) if visit is not None else None
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
        shown = Shown("find_audience", args, result, time.perf_counter() - started)
        visit.conversation.add(shown, RERUN)
        note(visit.conversation, self.opening(visit).get(), shown, query_words(args))
        visit.place, visit.person = None, None
        return {p.chat: visit.conversation.messages, p.query_note: "", **self._show_result(visit)}

    def _taking(self, kind: str) -> Callable[[Visit | None], Any]:
        def take(visit: Visit | None) -> Any:
            library = self._library(visit) if visit is not None else None
            if visit is None or library is None or (made := downloads(kind, visit, library)) is None:
                return None
            return made.to_dict()

        assert kind in DOWNLOADS
        return take


def _halt(visit: Visit | None) -> None:
    if visit is not None:
        visit.conversation.stop.set()
