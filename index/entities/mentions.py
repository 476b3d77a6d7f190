"""What is known of a name in a post, and one spelling for all of a name's spellings; nothing heavy is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass

OURS = "shipped"  # the recogniser that comes with the project
_EDGES = " \t\n.,;:!?\"'()[]*_~`’“”"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a post: characters ``start`` to ``end`` of it, their ``text`` (of a hashtag its words), what kind of
    thing it names, one spelling for all its spellings, and the probabilities of a negative, neutral, positive tone
    toward it.
    """

    start: int
    end: int
    text: str
    type: str
    canonical: str
    tone: tuple[float, float, float]


def canonical(surface: str) -> str:
    """One spelling for all of a name's spellings, without blanks: "nike", "Nike", "#nike", "@Nike" and "Nike's" are
    ``nike``,
    "Nike Air Max" and "#NikeAirMax" are ``nikeairmax``. What people read is the commonest surface, never this key."""
    name = re.sub(r"['’]s$", "", surface.strip(_EDGES)).casefold()
    return re.sub(r"[\s_#@.'’‐-]+", "", name).strip(_EDGES)
