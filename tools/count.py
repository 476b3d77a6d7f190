"""How many posts, people, communities or names there are, and which share of all that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Unpack

from tools.library import Library
from tools.result import cells
from tools.result.line import Line, Part, lead, note
from tools.result.result import ToolResult
from tools.result.words import listed, short
from tools.selection.measures import NameType, types_of
from tools.selection.own_words import told
from tools.selection.people import Filters, People, select
from tools.selection.posts import Selection, select_posts
from tools.selection.subject import names_like

Counted = Literal["posts", "people", "communities", "names"]
ONE = {"posts": "post", "people": "person", "communities": "community", "names": "name"}
HALF_PERCENT = 0.005  # what is less would be told as 0 %
MANY = {"posts": "posts", "people": "people", "communities": "communities", "names": "names"}


@dataclass(frozen=True, kw_only=True)
class Count(ToolResult):
    """``value`` things of the kind ``of``: a ``share`` of the ``whole`` that the same place and time hold (None of
    names).

    ``posts`` and ``people`` are those behind the number; ``subject`` says in words what was counted.
    """

    of: Counted
    value: int
    whole: int | None
    share: float | None
    posts: int
    people: int
    subject: str


def count(
    library: Library,
    of: Annotated[Counted, "what is counted"] = "posts",
    topic: Annotated[str | None, "a name or a subject that the posts are about"] = None,
    user: Annotated[str | None, "only posts of this person"] = None,
    type: Annotated[NameType | None, "of names, only this kind; a brand is an organization or a product"] = None,
    **filters: Unpack[Filters],
) -> Count:
    """How many posts, people, communities or names there are, for example how many people mention a brand."""
    selection, people = select(library, topic=topic, user=user, may_be_empty=True, english=of == "names", **filters)
    posts, writers, value = _counted(library, selection, of, type)
    whole = _whole(library, of, user, filters)
    found = Count(
        of=of,
        value=value,
        whole=whole,
        share=value / whole if whole else None,
        posts=posts,
        people=writers,
        subject=selection.words,
    )
    filled: dict[str, Any] = {
        "headline": lead(*_headline(found, selection, type)),
        "lines": _lines(library, selection, people, value),
    }
    return told(replace(found, **filled), selection.not_counted)


def _counted(library: Library, selection: Selection, of: Counted, type_: NameType | None) -> tuple[int, int, int]:
    """Posts, people, and the number asked for."""
    ((posts, people, communities),) = library.facts.rows(
        f"SELECT count(*), count(DISTINCT p.author), count(DISTINCT p.community) FROM posts p WHERE {selection.where}",
        selection.values,
    )
    if of != "names":
        return posts, people, {"posts": posts, "people": people, "communities": communities}[of]
    own = selection.subject.own_names if selection.subject else frozenset()
    ((names,),) = library.facts.rows(
        "SELECT count(DISTINCT m.canonical) FROM posts p JOIN mentions m ON m.post = p.id "
        f"WHERE {selection.where} AND (len($types) = 0 OR m.type IN (SELECT unnest($types))) "
        "AND m.canonical NOT IN (SELECT unnest($own::VARCHAR[]))",
        {**selection.values, "types": list(types_of(type_)), "own": sorted(own)},
    )
    return posts, people, names


def _whole(library: Library, of: Counted, user: str | None, filters: Filters) -> int | None:
    """How many there are in the same place and time, whatever the posts are about."""
    if of == "names":
        return None
    place = {name: filters.get(name) for name in ("community", "since", "until", "include")}
    if of == "communities":
        place["community"] = None
    writer = user if of == "posts" else None
    everything = select_posts(library, user=writer, may_be_empty=True, english=False, **place)  # type: ignore[arg-type]
    return _counted(library, everything, of, None)[2]


def _headline(found: Count, selection: Selection, type_: NameType | None) -> list[Part]:
    """``142 people mention Nike (17 % of 836 people; 301 posts).``"""
    value: list[Part] = [cells.count(found.value, ONE[found.of], "value", MANY[found.of])]
    if found.of == "names" and type_:
        value = [
            cells.number(found.value, "value"),
            f" {'brands' if type_ == 'brand' else f'names of the kind {type_}'}",
        ]
    one = found.value == 1
    beside = f" {selection.beside}" if selection.beside else ""
    share: list[Part] = []
    if found.share is not None and found.whole is not None and found.whole != found.value:
        whole = cells.count(found.whole, ONE[found.of], "whole", MANY[found.of])
        share = [cells.percent(found.share, "share"), " of ", whole] if found.share >= HALF_PERCENT else ["of ", whole]
    behind: list[Part] = [cells.count(found.posts, "post", "posts")] if found.of != "posts" else []
    if found.of == "posts" and found.people > 1:
        behind = ["by ", cells.count(found.people, "person", "people", "people")]
    inside = [*share, *(["; "] if share and behind else []), *behind]
    return [*value, _does(found.of, selection, one), beside, *([" (", *inside, ")"] if inside else []), "."]


def _does(of: Counted, selection: Selection, one: bool) -> str:
    """What is said of the things counted."""
    s = "s" if one else ""
    if selection.subject is None:
        return {"posts": "", "people": " posted", "names": f" come{s} up in posts"}.get(
            of, f" ha{'s' if one else 've'} posts"
        )
    name = short(selection.subject.name)
    if of == "names":
        return f" come{s} up in posts about {name}"
    if of == "communities":
        return f" ha{'s' if one else 've'} posts about {name}"
    if selection.subject.kind == "name" or not selection.subject.ids:
        return f" mention{s} {name}"
    return f" about {name}" if of == "posts" else f" write{s} about {name}"


def _lines(library: Library, selection: Selection, people: People, value: int) -> list[Line]:
    lines = [note(each) for each in people.told]
    if selection.subject is not None:
        lines.insert(0, note(f"Counted: {selection.subject.how}."))
        if not value and (near := names_like(library, selection.subject.said)):
            lines.append(note(f"Names like it that do occur: {listed(near)}."))
    return lines
