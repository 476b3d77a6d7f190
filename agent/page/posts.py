"""What happens on which click beside the posts: choosing an index, what is told about it, bringing one's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.page.answering import LOADING, error_sentence
from agent.page.layout import TICK
from agent.page.screen import AT_ONCE, QUIET, Changes, Screen, pressed, with_event
from agent.page.sessions import Visit
from agent.page.style import TO_PANEL
from agent.page.uploads.view import upload_html, wished
from agent.page.views.about import about_html, about_index
from agent.page.views.examples import example_questions
from agent.page.views.html import part
from agent.page.views.markdown import literal
from agent.page.views.result import head_html


class PostsHandlers:
    """The handlers of the choice among indexes and of one's own posts."""

    def __init__(self, screen: Screen) -> None:
        import gradio as gr

        self._screen, self.parts, self._page, self._gr = screen, screen.own, screen.parts, gr
        self._told: dict[int, tuple[Any, list[str], str]] = {}  # of an analyst: itself, questions, the page about it

    def connect(self) -> None:
        """Bind all handlers."""
        p, page, visit, own = self.parts, self._page, self._page.visit, self._screen.own_posts()
        everything = self._screen.everything()
        facts = [page.about, page.data, page.audiences, page.example_row, *page.examples]
        p.current.change(self.facts, visit, facts, concurrency_limit=None, **QUIET)
        p.indexes.click(with_event(self.switch), visit, everything, **AT_ONCE)
        p.bring.click(lambda: self._gr.Tabs(selected="own"), None, page.tabs, **AT_ONCE).then(
            None, None, None, js=TO_PANEL, **AT_ONCE
        )
        p.drop.upload(self.take, [visit, p.drop], own, **AT_ONCE)
        said = [p.author, p.date_order, p.private, *p.fields.values()]
        changes = [p.date_order.input, p.private.input, *(field.input for field in p.fields.values())]
        for changed in (*changes, p.author.submit, p.author.blur):
            changed(self.map, [visit, *said], own, **AT_ONCE)
        p.make.click(self.make, visit, own, **AT_ONCE)
        p.discard.click(self.drop, visit, own, **AT_ONCE)
        p.halt.click(self.drop, visit, own, **AT_ONCE)
        p.held.click(with_event(self.hold), visit, everything, **AT_ONCE)
        p.tick.tick(self.follow, visit, everything, **AT_ONCE)

    def facts(self, visit: Visit | None) -> Iterator[Changes]:
        """The line about the index, the page about it and the examples, once all is loaded."""
        gr, page = self._gr, self._page
        if visit is None:
            yield {page.about: gr.skip()}
            return
        opening = self._screen.opening(visit)
        if not opening.ready:
            yield {page.about: literal(LOADING), page.example_row: gr.Row(visible=False)}
        try:
            analyst = opening.get()
            line = literal(about_index(analyst.manifest, analyst.model_name))
            questions, told = self._told_of(analyst)
        except Exception as error:
            sentence = error_sentence(error)
            yield {page.about: literal(sentence), page.data: part("notice", sentence, "error")}
            return
        buttons = [gr.Button(question, visible=True) for question in questions]
        buttons += [gr.Button(visible=False)] * (len(page.examples) - len(buttons))
        yield {
            page.about: line,
            page.data: told,
            page.audiences: self._screen.audiences(visit),
            page.example_row: gr.Row(visible=bool(questions) and not visit.conversation.asked),
            **dict(zip(page.examples, buttons, strict=True)),
        }

    def _told_of(self, analyst: Any) -> tuple[list[str], str]:
        """Examples and the page about an index, made once."""
        if analyst.library is None:
            return [], ""
        found = self._told.get(id(analyst))
        if found is None or found[0] is not analyst:
            open_now = {
                id(held): self._told[id(held)] for held in self._screen.catalogue.analysts() if id(held) in self._told
            }
            found = (analyst, example_questions(analyst.library), about_html(analyst))
            self._told = {**open_now, id(analyst): found}
        return found[1], found[2]

    def switch(self, visit: Visit | None, event: Any) -> Changes:
        """Ask about other posts, in a conversation of their own."""
        act, _, id_ = pressed(event)
        entry = (
            self._screen.catalogue.find(id_, self._screen.owner(visit))
            if visit is not None and act == "index"
            else None
        )
        if visit is None or entry is None:
            return {self._page.visit: visit}
        return self._screen.begin_about(visit, entry.id)

    def take(self, visit: Visit | None, path: str | None) -> Changes:
        """A file was dropped."""
        if visit is None or not path:
            return {self.parts.tick: self._gr.skip()}
        self._screen.upload(visit).take(path)
        return self._screen.show_upload(visit)

    def map(
        self, visit: Visit | None, author: str | None, date_order: str | None, private: bool, *columns: str
    ) -> Changes:
        """Something was said about the file by hand."""
        if visit is None:
            return {self.parts.tick: self._gr.skip()}
        fields = dict(zip(self.parts.fields, (column or "" for column in columns), strict=True))
        self._screen.upload(visit).choose(wished(fields, author or "", date_order or "", bool(private)))
        return self._screen.show_upload(visit)

    def make(self, visit: Visit | None) -> Changes:
        """Make the index."""
        if visit is None:
            return {self.parts.tick: self._gr.skip()}
        self._screen.upload(visit).make()
        return self._screen.show_upload(visit)

    def drop(self, visit: Visit | None) -> Changes:
        """Stop, or take another file."""
        if visit is None:
            return {self.parts.tick: self._gr.skip()}
        upload = self._screen.upload(visit)
        upload.drop()
        if upload.job is not None:
            upload.job.wait(TICK)
            upload.settle()
        return self._screen.show_upload(visit)

    def follow(self, visit: Visit | None) -> Changes:
        """How far the job is; when the index is made, it is asked about at once."""
        p = self.parts
        if visit is None:
            return {p.tick: self._gr.skip()}
        upload = self._screen.upload(visit)
        made = upload.settle()
        if made is not None:
            changes = self._screen.begin_about(visit, made)
            said = part("notice", upload.message[0])
            return {**changes, self._page.head: said + head_html([])}
        return {p.state: upload_html(upload)} if upload.job is not None else self._screen.show_upload(visit)

    def hold(self, visit: Visit | None, event: Any) -> Changes:
        """Ask about an index of one's own, or delete it."""
        act, place, _ = pressed(event)
        own = self._screen.catalogue.own(self._screen.owner(visit)) if visit is not None else []
        if visit is None or not 0 <= place < len(own) or act not in ("use", "delete"):
            return {self._page.visit: visit}
        entry = own[place]
        if act == "use":
            return self._screen.begin_about(visit, entry.id)
        self._screen.catalogue.remove(entry.id, self._screen.owner(visit))
        if entry.id == visit.conversation.index:
            return self._screen.begin_about(visit, "")
        return self._screen.show_posts(visit)
