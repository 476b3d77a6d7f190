"""What these posts do not tell, why, and what can be asked instead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml

from tools.library import Library
from tools.result import cells
from tools.result.line import Part, lead, line
from tools.result.result import ToolResult
from tools.result.words import short

Why = Literal["sensitive", "not_in_posts", "future", "action", "outside"]
WORDS = Path(__file__).with_suffix(".yaml")
NEAR = 0.55  # cosine from which a thing of the list is what was asked for
LONGEST = 80  # characters of the user's own words that are said back


@dataclass(frozen=True, kw_only=True)
class CannotTell(ToolResult):
    """``what`` is not told, for the reason ``why``; ``instead`` is a question that can be answered."""

    what: str
    why: str
    instead: str


def cannot_tell(
    library: Library,
    why: Annotated[Why, "why it cannot be told"],
    what: Annotated[str | None, "what was asked for, in the user's words"] = None,
    topic: Annotated[str | None, "the brand or subject that the question was about"] = None,
) -> CannotTell:
    """Say what these posts do not tell and why, and offer the nearest question that can be answered."""
    asked = short((what or "").strip(), LONGEST)
    thing = _thing(library, asked) if why in ("not_in_posts", "sensitive") else ""
    said = thing or asked
    instead = _instead(library, asked or _words()["why"][why]["near"], topic)
    return CannotTell(
        headline=lead(_headline(library, why, said)),
        lines=[line("note", "What can be asked instead: ", cells.words(instead, "instead"))],
        what=said,
        why=why,
        instead=instead,
    )


def _headline(library: Library, why: Why, what: str) -> list[Part]:
    """The sentence for this reason, with what was asked for and the last day of the data as cells."""
    last = (library.manifest.last_post or "")[:10]
    template: str = _words()["why"][why]["headline" if what else "without"]
    values = {"{what}": cells.words(what, "what"), "{What}": cells.words(what[:1].upper() + what[1:])}
    values["{last}"] = cells.date(last) if last else cells.words("their last day")
    parts: list[Part] = [template]
    for slot, cell in values.items():
        parts = [piece for part in parts for piece in (_parted(part, slot, cell) if isinstance(part, str) else [part])]
    return parts


def _parted(text: str, slot: str, cell: Any) -> list[Part]:
    before, found, after = text.partition(slot)
    return [before, cell, after] if found else [text]


def _thing(library: Library, asked: str) -> str:
    """How the list says what was asked for; empty if nothing of it is near."""
    if not asked:
        return ""
    ways = [(thing, way) for thing, named in _words()["things"].items() for way in named]
    plain = asked.casefold()
    if exact := next((thing for thing, way in ways if way.casefold() == plain), ""):
        return exact
    cosines = library.embed_all([way for _, way in ways]) @ library.embed(asked)
    best = int(np.argmax(cosines))
    return ways[best][0] if cosines[best] >= NEAR else ""


def _instead(library: Library, asked: str, topic: str | None) -> str:
    """The question nearest in meaning to what was asked."""
    offers = _words()["instead"]
    cosines = library.embed_all([offer["near"] for offer in offers]) @ library.embed(asked)
    chosen = offers[int(np.argmax(cosines))]
    return chosen["topic"].replace("{topic}", short(topic)) if topic and topic.strip() else chosen["plain"]


@cache
def _words() -> dict[str, Any]:
    return yaml.safe_load(WORDS.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
