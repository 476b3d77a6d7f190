"""What happens on which click beside saved audiences: keeping the people of a result, opening, comparing, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.page.by_hand import call_by_hand
from agent.page.screen import QUIET, Changes, Screen, pressed, with_event
from agent.page.sessions import Visit
from agent.page.views.html import part
from agent.page.views.result import result_html
from index.audiences import Audience, delete_audience, keep_audience, key_of, read_audiences
from index.errors import AnalystError
from tools.audiences.keeping import add_people, call_otherwise, keep, leave_out, people_of
from tools.exports.names import title
from tools.registry import call_tool
from tools.result.words import count
from tools.show_audience import ShowAudience

if TYPE_CHECKING:
    from tools.library import Library

OPENED, COMPARED = "opened by hand", "compared by hand"
STILL_RUNNING = "A question is still being answered. Wait for it, or press Stop."
NAMELESS = "Give the audience a name first, for example Spring runners."


class AudienceHandlers:
    """The handlers of audiences."""

    def __init__(self, screen: Screen) -> None:
        import gradio as gr

        self._screen, self.parts, self._gr = screen, screen.parts, gr

    def connect(self) -> None:
        """Bind all handlers."""
        p, everything = self.parts, self._screen.everything()
        kept = [p.keep_note, p.keep_name, p.keep, p.audiences, p.head, p.result]
        for event in (p.keep.click, p.keep_name.submit):
            event(self.keep, [p.visit, p.keep_name, p.keep_group], kept, **QUIET)
        p.keep_note.click(with_event(self.add), p.visit, kept, **QUIET)
        p.audiences.click(with_event(self.press), p.visit, everything, **QUIET)
        p.result.click(with_event(self.take_out), p.visit, [p.result, p.audiences, p.head], **QUIET)

    def keep(self, visit: Visit | None, name: str, group: str | None) -> Changes:
        """Keep the people on show; of an audience that is on show, change the name."""
        p, library = self.parts, self._library(visit)
        if visit is None or visit.shown is None or library is None:
            return {p.keep_note: ""}
        if not name.strip():
            return {p.keep_note: part("notice", NAMELESS, "error")}
        try:
            self._screen.check_may_keep(visit)
            if isinstance(visit.shown.result, ShowAudience):
                renamed = call_otherwise(library, visit.shown.result.name, name)
                visit.shown.args = {"name": renamed.name}
                return {
                    **self._opened_again(visit, library),
                    p.keep_note: part("notice", f"Now called {renamed.name}."),
                }
            people = self._people(visit, library, group)
            there = read_audiences(library.path).get(key_of(name))
            if there is not None:
                visit.adding = (there.name, people)
                return {p.keep_note: part("add_to", there.name, count(len(people), "person", "people"))}
            origin = title(visit.shown.name, visit.shown.args)
            kept, unknown = keep(library, name, people, origin)
        except AnalystError as error:
            return {p.keep_note: part("notice", str(error), "error")}
        return self._kept(visit, kept, unknown)

    def add(self, visit: Visit | None, event: Any) -> Changes:
        """Add the people on show to an audience that is there already."""
        p, library = self.parts, self._library(visit)
        act, _, _ = pressed(event)
        if visit is None or library is None or act != "add" or visit.adding is None:
            return {p.keep_note: self._gr.skip()}
        (name, people), visit.adding = visit.adding, None
        try:
            self._screen.check_may_keep(visit)
            kept, unknown = add_people(library, name, [f"@{user}" for user in people])
        except AnalystError as error:
            return {p.keep_note: part("notice", str(error), "error")}
        return self._kept(visit, kept, unknown)

    def press(self, visit: Visit | None, event: Any) -> Changes:
        """Open, compare or delete an audience of the list, or bring back what was just deleted."""
        p, library = self.parts, self._library(visit)
        act, place, _ = pressed(event)
        if visit is None or library is None:
            return {p.visit: visit}
        try:
            held = list(read_audiences(library.path).values())
            if act == "undo" and visit.deleted is not None:
                self._screen.check_may_keep(visit)
                before, visit.deleted = visit.deleted, None
                keep_audience(library.path, before.name, before.people, before.origin)
                return {p.audiences: self._screen.audiences(visit)}
            if not 0 <= place < len(held):
                return {p.visit: visit}
            if act == "delete":
                self._screen.check_may_keep(visit)
                visit.deleted = delete_audience(library.path, held[place].name)
                return {p.audiences: self._screen.audiences(visit)}
            return self._called(visit, act, held[place].name)
        except AnalystError as error:
            return {p.audiences: part("notice", str(error), "error") + self._screen.audiences(visit)}

    def take_out(self, visit: Visit | None, event: Any) -> Changes:
        """Take a person out of the audience on show."""
        p, library = self.parts, self._library(visit)
        act, place, _ = pressed(event)
        result = visit.shown.result if visit is not None and visit.shown is not None else None
        if visit is None or library is None or act != "leave" or not isinstance(result, ShowAudience):
            return {p.head: self._gr.skip()}
        if not 0 <= place < len(result.people):
            return {p.head: self._gr.skip()}
        try:
            self._screen.check_may_keep(visit)
            leave_out(library, result.name, [f"@{result.people[place].user}"])
            return self._opened_again(visit, library)
        except AnalystError as error:
            return {p.result: part("notice", str(error), "error") + result_html(visit.shown, library)}

    def _called(self, visit: Visit, act: str, name: str) -> Changes:
        """The audience, or the comparison of the one on show with it, as one more result."""
        p = self.parts
        if visit.conversation.running:
            return {p.audiences: part("notice", STILL_RUNNING, "error") + self._screen.audiences(visit)}
        opened = self._screen.opened_audience(visit)
        opening = self._screen.opening(visit)
        if act == "open":
            call_by_hand(visit, opening, "show_audience", {"name": name}, f"Who is in {name}?", OPENED)
        elif act == "compare" and opened:
            args = {"first": opened, "second": name}
            call_by_hand(visit, opening, "compare_audiences", args, f"Compare {opened} with {name}.", COMPARED)
        else:
            return {p.visit: visit}
        return {p.chat: visit.conversation.messages, **self._screen.show_result(visit)}

    def _opened_again(self, visit: Visit, library: Library) -> Changes:
        """The audience on show, after it was changed, in place of what it was."""
        p, shown = self.parts, visit.shown
        assert shown is not None
        shown.result = call_tool(library, "show_audience", shown.args)
        return {
            p.result: result_html(shown, library),
            p.audiences: self._screen.audiences(visit),
            p.head: self._screen.head(visit),
        }

    def _kept(self, visit: Visit, kept: Audience, unknown: list[str]) -> Changes:
        p = self.parts
        gone = f" {count(len(unknown), 'person', 'people')} not in these posts any more." if unknown else ""
        size = count(len(kept.people), "person", "people")
        said = f"{kept.name} has {size}.{gone} Ask about them by name: “What do my {kept.name} talk about?”"
        return {p.keep_note: part("notice", said), p.keep_name: "", p.audiences: self._screen.audiences(visit)}

    def _people(self, visit: Visit, library: Library, group: str | None) -> list[str]:
        """The people on show, or of the group that was chosen, as handles."""
        assert visit.shown is not None
        names = visit.shown.result.listing.names if visit.shown.result.listing is not None else ()
        number = names.index(group) + 1 if group in names else None
        return [f"@{user}" for user in people_of(library, visit.shown.result, number)]

    def _library(self, visit: Visit | None) -> Library | None:
        return self._screen.library(visit) if visit is not None else None
