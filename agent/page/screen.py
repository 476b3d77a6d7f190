"""What the page shows of a visit: for each component what becomes of it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from agent.next_steps import NextStep, next_steps
from agent.page.access.hosts import in_space
from agent.page.downloads import call_list_html
from agent.page.layout import KEEP, KEEP_BOTH, RENAME, Parts, UploadParts
from agent.page.opening import Opening
from agent.page.saved import SavedConversations
from agent.page.sessions import Sessions, Visit
from agent.page.uploads.catalogue import IndexCatalogue
from agent.page.uploads.process import FilePreview
from agent.page.uploads.session import UploadSession, UploadSessions
from agent.page.uploads.view import choices, chosen, indexes_html, own_html, sample_html, upload_html
from agent.page.views.audiences import kept_html
from agent.page.views.chart import charts_of
from agent.page.views.html import part, render
from agent.page.views.query import query_values
from agent.page.views.result import head_html, is_posts, posts_tab_html, result_html
from agent.page.views.shown import Shown
from index.audiences import read_audiences
from index.errors import AnalystError
from tools.audiences.keeping import has_people
from tools.brief.found import WriteBrief
from tools.compare_audiences import CompareAudiences
from tools.exports.about import NO_MODEL
from tools.find_audience import FindAudience
from tools.list_segments import ListSegments
from tools.result.words import shortened
from tools.show_audience import ShowAudience

if TYPE_CHECKING:
    from tools.library import Library

Changes = dict[Any, Any]  # components and what becomes of them
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}
SHORTEST_TOKEN = 32  # characters of the secret that opens a browser's own posts
PUBLIC = "This page is open to everybody, so this can only be kept with posts of your own: see “Your own posts”."
TITLE_SHOWN = 60  # characters of a conversation's title


class Screen:
    """The parts of one page, and what they show of each visit. Handlers say what happens; here is what is then seen."""

    def __init__(
        self, catalogue: IndexCatalogue, parts: Parts, own: UploadParts, saved: SavedConversations | None = None
    ) -> None:
        import gradio as gr

        self.catalogue, self.parts, self.own, self._gr = catalogue, parts, own, gr
        self.sessions = Sessions(self._forget, saved)
        self._uploads = UploadSessions(catalogue)
        self._visits: WeakValueDictionary[str, Visit] = WeakValueDictionary()  # by page, as long as it is open
        self._arriving = threading.Lock()

    # Who and what

    def visit_of(self, key: Any, request: Any) -> Visit:
        """The visit of an open page. Its first question may come before its arrival is done; both are one visit."""
        with self._arriving:
            visit = self._visits.get(request.session_hash)
            if visit is None or visit.session.owner != request.username:
                session = self.sessions.open(key, request.username)
                latest = next(iter(reversed(session.conversations)), None)
                visit = Visit(session, latest or self.sessions.begin(session))
                self._visits[request.session_hash] = visit
            return visit

    def token_of(self, visit: Visit, token: object) -> str:
        """The secret by which a browser finds its own posts again; a new one for a browser that has none."""
        given = token if isinstance(token, str) and len(token) >= SHORTEST_TOKEN else ""
        visit.session.token = visit.session.token or given or secrets.token_urlsafe(SHORTEST_TOKEN)
        return visit.session.token

    def owner(self, visit: Visit) -> str:
        """Whose own posts a visit may see; with a login, only this person's in this browser."""
        token = visit.session.token
        return f"{visit.session.owner or ''}\0{token}" if token else ""

    def opening(self, visit: Visit) -> Opening:
        """The analyst of the posts that ``visit`` asks about."""
        return self.catalogue.opening(visit.conversation.index, self.owner(visit))

    def library(self, visit: Visit) -> Library | None:
        """The version of the index that the result on show came from, or else the one that is open now, if one is."""
        came_from = visit.shown.library if visit.shown is not None else None
        if came_from is not None and came_from.folder.is_dir():  # a visitor may have deleted these posts
            return came_from
        opening = self.opening(visit)
        return getattr(opening.get(), "library", None) if opening.ready else None

    def model_name(self, visit: Visit) -> str:
        """The chat model that answers ``visit``."""
        opening = self.opening(visit)
        return str(getattr(opening.get(), "model_name", NO_MODEL)) if opening.ready else NO_MODEL

    def upload(self, visit: Visit) -> UploadSession:
        """What this browser does with posts of its own."""
        return self._uploads.of(self.owner(visit))

    def _forget(self, thread: str) -> None:
        for analyst in self.catalogue.analysts():
            analyst.forget(thread)

    # Which components change together

    def panel(self) -> list[Any]:
        """The right side."""
        p = self.parts
        tabs = [p.tabs, p.result_tab, p.chart_tab, p.posts_tab, p.query_tab, p.take_tab]
        kept = [p.keep_row, p.keep_group, p.keep_name, p.keep, p.keep_note, p.audiences]
        return [p.head, *tabs, p.result, p.posts, p.chart, *p.query, p.chart_row, p.report_row, p.calls, *kept]

    def controls(self) -> list[Any]:
        """What can be pressed below the conversation."""
        p = self.parts
        pressed = [p.ask, p.stop, p.again, p.editing, p.example_row, p.follow_row, *p.follows, p.draw]
        return [*pressed, p.why_not, p.feedback_note]

    def own_posts(self) -> list[Any]:
        """The tab for one's own posts."""
        p = self.own
        said = [*p.fields.values(), p.author, p.date_order, p.private]
        return [p.tick, p.drop, p.state, p.columns, *said, p.make, p.discard, p.halt, p.sample, p.held]

    def everything(self) -> list[Any]:
        """All that may change."""
        p, own = self.parts, [self.own.current, self.own.indexes, *self.own_posts()]
        return [p.visit, p.key, self.own.token, p.chat, p.box, p.talks, *self.controls(), *self.panel(), *own]

    # What is seen

    def show_all(self, visit: Visit) -> Changes:
        """The whole page."""
        p = self.parts
        return {
            p.visit: visit,
            p.chat: visit.conversation.messages,
            p.talks: self.conversations(visit),
            **self.show_controls(visit),
            **self.show_result(visit),
            **self.show_posts(visit),
        }

    def show_result(self, visit: Visit, *, tab: str = "result") -> Changes:
        """The right side, for the result that ``visit`` points at."""
        gr, p, shown, library = self._gr, self.parts, visit.shown, self.library(visit)
        audience, drawn = shown is not None and isinstance(shown.result, FindAudience), bool(charts_of(library, shown))
        there, only_posts = shown is not None, is_posts(shown)
        tab = "posts" if only_posts and tab == "result" else tab
        values = query_values(shown)
        return {
            p.head: self.head(visit),
            p.tabs: gr.Tabs(selected=tab if there else "data"),
            p.result_tab: gr.Tab(label="People" if audience else "Result", visible=there and not only_posts),
            p.chart_tab: gr.Tab(visible=drawn),
            p.posts_tab: gr.Tab(visible=there),
            p.query_tab: gr.Tab(visible=audience),
            p.take_tab: gr.Tab(visible=there),
            p.result: result_html(shown, library),
            p.posts: posts_tab_html(library, shown),
            p.chart: part("waiting", "Drawing"),
            **dict(zip(p.query, values, strict=True)),
            p.chart_row: gr.Row(visible=drawn),
            p.report_row: gr.Row(visible=shown is not None and isinstance(shown.result, WriteBrief)),
            p.calls: call_list_html(visit, library),
            **self._show_keep(visit),
        }

    def _show_keep(self, visit: Visit) -> Changes:
        """The line that keeps the people on show; where an audience is on show, it is renamed with it."""
        gr, p, shown = self._gr, self.parts, visit.shown
        visit.adding = None
        result = shown.result if shown is not None else None
        groups = [each.name for each in result.segments] if isinstance(result, ListSegments) else []
        opened = self.opened_audience(visit)
        return {
            p.keep_row: gr.Row(visible=result is not None and has_people(result)),
            p.keep_group: gr.Dropdown(groups, value=groups[0] if groups else None, visible=bool(groups)),
            p.keep_name: opened,
            p.keep: gr.Button(RENAME if opened else KEEP_BOTH if isinstance(result, CompareAudiences) else KEEP),
            p.keep_note: "",
            p.audiences: self.audiences(visit),
        }

    def opened_audience(self, visit: Visit) -> str:
        """The name of the saved audience that is on show; empty if none is."""
        result = visit.shown.result if visit.shown is not None else None
        return result.name if isinstance(result, ShowAudience) else ""

    def audiences(self, visit: Visit) -> str:
        """The saved audiences of these posts."""
        library = self.library(visit)
        try:
            kept = list(read_audiences(library.path).values()) if library is not None else []
        except AnalystError as error:
            return part("notice", str(error), "error")
        deleted = visit.deleted.name if visit.deleted is not None else ""
        return kept_html(kept, opened=self.opened_audience(visit), deleted=deleted, own=self.is_own(visit))

    def is_own(self, visit: Visit) -> bool:
        """Whether the posts asked about are the visitor's own."""
        return visit.conversation.index.startswith("own:")

    def check_may_keep(self, visit: Visit) -> None:
        """Raises AnalystError where strangers would write what everybody then sees."""
        if in_space() and visit.session.owner is None and not self.is_own(visit):
            raise AnalystError(PUBLIC)

    def head(self, visit: Visit) -> str:
        """Which result is on show."""
        return head_html(visit.conversation.shown, visit.place)

    def conversations(self, visit: Visit) -> str:
        """The conversations of this browser."""
        names = {entry.id: entry.title for entry in self.catalogue.entries(self.owner(visit))}
        return conversations_html(visit, names)

    def show_controls(self, visit: Visit) -> Changes:
        """What can be pressed now."""
        gr, p, conversation = self._gr, self.parts, visit.conversation
        return {
            p.ask: gr.Button(visible=not conversation.running),
            p.stop: gr.Button(visible=conversation.running),
            p.again: gr.Row(visible=bool(conversation.asked) and not conversation.running),
            p.editing: gr.Row(visible=False),
            p.example_row: gr.Row(visible=self.opening(visit).ready and not conversation.asked),
            p.why_not: gr.Textbox("", visible=False),
            p.feedback_note: "",
            **self._show_next(visit),
        }

    def _show_next(self, visit: Visit) -> Changes:
        """What can be asked next, and whether there is a picture."""
        gr, p, conversation = self._gr, self.parts, visit.conversation
        shown = conversation.shown[-1] if conversation.shown and not conversation.running else None
        steps = self._steps(visit, shown) if shown is not None else []
        drawn = shown is not None and bool(charts_of(self.library(visit), shown))
        words = [*(step.question for step in steps), *([""] * len(p.follows))][: len(p.follows)]
        return {
            p.follow_row: gr.Row(visible=bool(steps) or drawn),
            **{button: gr.Button(each, visible=bool(each)) for button, each in zip(p.follows, words, strict=True)},
            p.draw: gr.Button(visible=drawn),
        }

    def _steps(self, visit: Visit, shown: Shown) -> list[NextStep]:
        library = self.library(visit)
        asked = [each.question for each in visit.conversation.asked]
        return next_steps(library, shown.args, shown.result, asked) if library is not None else []

    def show_posts(self, visit: Visit) -> Changes:
        """The choice among indexes, and the tab for one's own posts."""
        p, current = self.own, visit.conversation.index
        return {
            p.current: self.about(visit),
            p.indexes: indexes_html(self.catalogue.entries(self.owner(visit)), current),
            **self.show_upload(visit),
        }

    def about(self, visit: Visit) -> str:
        """Which posts in which version ``visit`` asks about; its change is what brings the facts."""
        opening = self.opening(visit)
        version = opening.get().manifest.version if opening.ready else ""
        return f"about {visit.conversation.index} {version}"

    def show_upload(self, visit: Visit) -> Changes:
        """The tab for one's own posts."""
        gr, p, upload = self._gr, self.own, self.upload(visit)
        preview = upload.preview if upload.job is None or not upload.making else None
        ready = preview if upload.job is None else None
        # Once it is open it stays so: whoever has chosen one column may choose another.
        opened = {"open": True} if ready is not None and not ready.posts else {}
        return {
            p.tick: gr.Timer(active=upload.job is not None),
            p.drop: gr.File(value=None, visible=upload.job is None and preview is None),
            p.state: upload_html(upload),
            p.columns: gr.Accordion(visible=preview is not None, **opened),
            **(self._columns(ready) if ready is not None else {}),
            p.make: gr.Button(visible=ready is not None and ready.posts > 0),
            p.discard: gr.Button(visible=ready is not None),
            p.halt: gr.Button(visible=upload.job is not None),
            p.sample: sample_html(preview) if preview is not None else "",
            p.held: own_html(self.catalogue.own(upload.owner)),
        }

    def _columns(self, preview: FilePreview) -> Changes:
        gr, p, wish = self._gr, self.own, preview.wish
        return {
            **{
                field: gr.Dropdown(choices(preview, name), value=chosen(preview, name))
                for name, field in p.fields.items()
            },
            p.author: gr.Textbox(value=wish.get("author", "")),
            p.date_order: gr.Dropdown(value=wish.get("date_order", "")),
            p.private: gr.Checkbox(value=bool(wish.get("include_private"))),
        }

    def begin_about(self, visit: Visit, index: str) -> Changes:
        """A new conversation about the posts of ``index``; the others stay in the list."""
        visit.conversation.stop.set()
        fresh = self.sessions.begin(visit.session)
        fresh.index = index
        visit.turn_to(fresh)
        return {**self.show_all(visit), self.parts.box: ""}


def conversations_html(visit: Visit, names: Mapping[str, str]) -> str:
    """The conversations of a browser, the latest first, each with its day and the name of its posts."""
    rows = []
    for place, each in enumerate(visit.session.conversations):
        title = shortened(each.title, TITLE_SHOWN) or "New conversation"
        day = each.shown[-1].made_on.isoformat() if each.shown else ""
        when = ", ".join(filter(None, [day, names.get(each.index, "")])) if each.asked else ""
        rows.append((place, title, each is visit.conversation, bool(each.asked), when))
    dropped = shortened(visit.dropped.title, TITLE_SHOWN) if visit.dropped is not None else ""
    return render("conversations.html.j2", conversations=rows[::-1], dropped=dropped)


def with_request(handler: Callable[[Any, Any, Any], Changes]) -> Callable[..., Changes]:
    """Gradio hands over the request by the type of an argument, which exists only once it is imported."""
    import gradio as gr

    def handle(first: Any, second: Any, request: Any) -> Changes:
        return handler(first, second, request)

    handle.__annotations__ = {"request": gr.Request}
    return handle


def with_event(handler: Callable[[Visit | None, Any], Any]) -> Callable[..., Any]:
    """The same for what was pressed."""
    import gradio as gr

    def handle(visit: Visit | None, event: Any) -> Any:
        return handler(visit, event)

    handle.__annotations__ = {"event": gr.EventData}
    return handle


def pressed(event: Any) -> tuple[str, int, str]:
    """Which button of our own HTML it was: act, place, value. The browser says so, which may say anything."""
    data = getattr(event, "_data", None)
    data = data if isinstance(data, dict) else {}
    place, value = data.get("place"), data.get("value")
    return str(data.get("act")), place if isinstance(place, int) else -1, value if isinstance(value, str) else ""
