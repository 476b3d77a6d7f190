"""Which posts are asked about: the choice among indexes, what is told about them, and the way of one's own posts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.page.about import about_html, about_index, example_questions
from agent.page.catalogue import Shelf
from agent.page.conversation import LOADING, error_sentence
from agent.page.html import notice
from agent.page.result import head_html
from agent.page.style import AT_ONCE, QUIET, TO_OWN
from agent.page.text import literal
from agent.page.upload_process import Look
from agent.page.uploads import ENDINGS, Desk, Desks
from agent.page.uploads_html import FIELDS, choices, desk_html, own_html, sample_html, shelf_html
from index.posts.record import REQUIRED

if TYPE_CHECKING:
    import gradio as gr

    from agent.page.handlers import Wiring
    from agent.page.sessions import Visit

Changes = dict[Any, Any]
TICK = 0.7  # seconds between two looks at a job
SHORTEST_TOKEN = 32  # characters of the secret that opens a browser's own posts
FIRST_FIELDS = (*REQUIRED[::-1], "created_at", "community", "likes")  # shown before the rarer ones


@dataclass(frozen=True)
class PostsParts:
    """The components of the choice among posts, and of the tab for one's own."""

    token: gr.BrowserState
    current: gr.Textbox
    shelf: gr.HTML
    bring: gr.Button
    tick: gr.Timer
    drop: gr.File
    state: gr.HTML
    columns: gr.Accordion
    fields: dict[str, gr.Dropdown]
    make: gr.Button
    discard: gr.Button
    halt: gr.Button
    sample: gr.HTML
    held: gr.HTML


def own_tab(mine: Callable[..., gr.HTML]) -> dict[str, Any]:
    """The components of the tab, in the order of reading."""
    import gradio as gr

    state = mine("own-state")
    drop = gr.File(
        label="A file of posts", elem_id="drop", file_count="single", file_types=list(ENDINGS), type="filepath",
        height=150,
    )  # fmt: skip
    with gr.Row(elem_classes=["takes"]):
        make = gr.Button("Read these posts", variant="primary", elem_id="make", visible=False)
        discard = gr.Button("Another file", elem_id="discard", visible=False)
        halt = gr.Button("Cancel", variant="stop", elem_id="halt", visible=False)
    fields = {}
    with gr.Accordion("Columns", open=False, visible=False, elem_id="columns") as columns, gr.Row(elem_id="fields"):
        for name in sorted(FIELDS, key=lambda name: (name not in FIRST_FIELDS, list(FIELDS).index(name))):
            fields[name] = gr.Dropdown(
                [("–", "")], value="", label=FIELDS[name], elem_id=f"field-{name}", min_width=170, interactive=True
            )
    sample = mine("sample")
    held = mine("held")
    tick = gr.Timer(TICK, active=False)
    return {
        "state": state, "drop": drop, "columns": columns, "fields": fields, "make": make, "discard": discard,
        "halt": halt, "sample": sample, "held": held, "tick": tick,
    }  # fmt: skip


class Posts:
    """The handlers of the choice among posts and of one's own."""

    def __init__(self, wiring: Wiring, shelf: Shelf, parts: PostsParts) -> None:
        import gradio as gr

        self._wiring, self._shelf, self.parts, self._gr = wiring, shelf, parts, gr
        self._desks = Desks(shelf)
        self._told: dict[int, tuple[Any, list[str], str]] = {}  # of an analyst: itself, questions, the page about it

    def connect(self) -> None:
        """Bind all handlers."""
        p, page, visit = self.parts, self._wiring.parts, self._wiring.parts.visit
        p.current.change(self.facts, visit, self._facts(), concurrency_limit=None, **QUIET)
        p.shelf.click(self._wiring.with_event(self.switch), visit, self._wiring.everything(), **AT_ONCE)
        p.bring.click(lambda: self._gr.Tabs(selected="own"), None, page.tabs, **AT_ONCE).then(
            None, None, None, js=TO_OWN, **AT_ONCE
        )
        p.drop.upload(self.take, [visit, p.drop], self.outputs(), **AT_ONCE)
        for field in p.fields.values():
            field.input(self.map, [visit, *p.fields.values()], self.outputs(), **AT_ONCE)
        p.make.click(self.make, visit, self.outputs(), **AT_ONCE)
        p.discard.click(self.drop, visit, self.outputs(), **AT_ONCE)
        p.halt.click(self.drop, visit, self.outputs(), **AT_ONCE)
        p.held.click(self._wiring.with_event(self.hold), visit, self._wiring.everything(), **AT_ONCE)
        p.tick.tick(self.follow, visit, self._wiring.everything(), **AT_ONCE)

    def outputs(self) -> list[Any]:
        """What may change in the tab."""
        p = self.parts
        return [p.tick, p.drop, p.state, p.columns, *p.fields.values(), p.make, p.discard, p.halt, p.sample, p.held]

    def _facts(self) -> list[Any]:
        page = self._wiring.parts
        return [page.about, page.data, page.example_row, *page.examples]

    # Who and what

    def known(self, visit: Visit, token: object) -> str:
        """The secret by which a browser finds its own posts again; a new one for a browser that has none."""
        given = token if isinstance(token, str) and len(token) >= SHORTEST_TOKEN else ""
        visit.session.token = visit.session.token or given or secrets.token_urlsafe(SHORTEST_TOKEN)
        return visit.session.token

    def owner(self, visit: Visit) -> str:
        """Whose own posts a visit may see; with a login, only this person's in this browser."""
        token = visit.session.token
        return f"{visit.session.owner or ''}\0{token}" if token else ""

    def _desk(self, visit: Visit) -> Desk:
        return self._desks.of(self.owner(visit))

    # What is shown

    def show(self, visit: Visit) -> Changes:
        """The choice, and the tab, for the posts that ``visit`` asks about."""
        p, owner = self.parts, self.owner(visit)
        entries = self._shelf.entries(owner)
        return {
            p.current: f"about {visit.conversation.index}",  # its change is what brings the facts
            p.shelf: shelf_html(entries, visit.conversation.index),
            **self.show_desk(visit),
        }

    def show_desk(self, visit: Visit) -> Changes:
        """The tab for one's own posts."""
        gr, p, desk = self._gr, self.parts, self._desk(visit)
        look = desk.look if desk.job is None or not desk.making else None
        ready = look if desk.job is None else None
        # Once it is open it stays so: whoever has chosen one column may choose another.
        opened = {"open": True} if ready is not None and not ready.posts else {}
        return {
            p.tick: gr.Timer(active=desk.job is not None),
            p.drop: gr.File(value=None, visible=desk.job is None and look is None),
            p.state: desk_html(desk),
            p.columns: gr.Accordion(visible=look is not None, **opened),
            **(self._columns(ready) if ready is not None else {}),
            p.make: gr.Button(visible=ready is not None and ready.posts > 0),
            p.discard: gr.Button(visible=ready is not None),
            p.halt: gr.Button(visible=desk.job is not None),
            p.sample: sample_html(look) if look is not None else "",
            p.held: own_html(self._shelf.own(desk.owner)),
        }

    def _columns(self, look: Look) -> Changes:
        return {
            field: self._gr.Dropdown(choices(look, name), value=look.columns.get(name, ""))
            for name, field in self.parts.fields.items()
        }

    # What happens

    def facts(self, visit: Visit | None) -> Iterator[Changes]:
        """The line about the index, the page about it and the examples, once all is loaded."""
        gr, page = self._gr, self._wiring.parts
        if visit is None:
            return
        opening = self._wiring.opening(visit)
        if not opening.ready:
            yield {page.about: literal(LOADING), page.example_row: gr.Row(visible=False)}
        try:
            analyst = opening.get()
            line = literal(about_index(analyst.manifest, analyst.model_name))
            questions, told = self._told_of(analyst)
        except Exception as error:
            sentence = error_sentence(error)
            yield {page.about: literal(sentence), page.data: notice(sentence, "error")}
            return
        buttons = [gr.Button(question, visible=True) for question in questions]
        buttons += [gr.Button(visible=False)] * (len(page.examples) - len(buttons))
        yield {
            page.about: line,
            page.data: told,
            page.example_row: gr.Row(visible=bool(questions) and not visit.conversation.asked),
            **dict(zip(page.examples, buttons, strict=True)),
        }

    def _told_of(self, analyst: Any) -> tuple[list[str], str]:
        """Examples and the page about an index, made once."""
        if analyst.library is None:
            return [], ""
        found = self._told.get(id(analyst))
        if found is None or found[0] is not analyst:
            open_now = {id(held): self._told[id(held)] for held in self._shelf.analysts() if id(held) in self._told}
            found = (analyst, example_questions(analyst.library), about_html(analyst))
            self._told = {**open_now, id(analyst): found}
        return found[1], found[2]

    def switch(self, visit: Visit | None, event: Any) -> Changes:
        """Ask about other posts, in a conversation of their own."""
        act, _, id_ = self._wiring.pressed(event)
        entry = self._shelf.find(id_, self.owner(visit)) if visit is not None and act == "index" else None
        if visit is None or entry is None:
            return {self._wiring.parts.visit: visit}
        return self._wiring.begin_about(visit, entry.id)

    def take(self, visit: Visit | None, upload: str | None) -> Changes:
        """A file was dropped."""
        if visit is None or not upload:
            return {self.parts.tick: self._gr.skip()}
        self._desk(visit).take(upload)
        return self.show_desk(visit)

    def map(self, visit: Visit | None, *columns: str) -> Changes:
        """Columns were chosen by hand."""
        if visit is None:
            return {self.parts.tick: self._gr.skip()}
        self._desk(visit).choose(dict(zip(self.parts.fields, (column or "" for column in columns), strict=True)))
        return self.show_desk(visit)

    def make(self, visit: Visit | None) -> Changes:
        """Make the index."""
        if visit is None:
            return {self.parts.tick: self._gr.skip()}
        self._desk(visit).make()
        return self.show_desk(visit)

    def drop(self, visit: Visit | None) -> Changes:
        """Stop, or take another file."""
        if visit is None:
            return {self.parts.tick: self._gr.skip()}
        desk = self._desk(visit)
        desk.drop()
        if desk.job is not None:
            desk.job.wait(TICK)
            desk.settle()
        return self.show_desk(visit)

    def follow(self, visit: Visit | None) -> Changes:
        """How far the job is; when the index is made, it is asked about at once."""
        p = self.parts
        if visit is None:
            return {p.tick: self._gr.skip()}
        desk = self._desk(visit)
        made = desk.settle()
        if made is not None:
            changes = self._wiring.begin_about(visit, made)
            said = notice(desk.note[0])
            return {**changes, self._wiring.parts.head: said + head_html([])}
        return {p.state: desk_html(desk)} if desk.job is not None else self.show_desk(visit)

    def hold(self, visit: Visit | None, event: Any) -> Changes:
        """Ask about an index of one's own, or delete it."""
        act, place, _ = self._wiring.pressed(event)
        own = self._shelf.own(self.owner(visit)) if visit is not None else []
        if visit is None or not 0 <= place < len(own) or act not in ("use", "delete"):
            return {self._wiring.parts.visit: visit}
        entry = own[place]
        if act == "use":
            return self._wiring.begin_about(visit, entry.id)
        self._shelf.remove(entry.id, self.owner(visit))
        if entry.id == visit.conversation.index:
            return self._wiring.begin_about(visit, "")
        return self.show(visit)
