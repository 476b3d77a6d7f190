"""What a model's own words may not say of a person, wherever the name comes from: what is nobody's business.

Tools tell no such thing, but show posts with their authors: a model could make "@ana goes to mosque" of a post that it
was shown. Words of posts, in quotation marks, are nobody's opinion of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.grounding.claims import Claim
from tools.privacy.meaning import plain
from tools.privacy.sensitive import sensitive_trait
from tools.privacy.tellable import tellable
from tools.result.words import short

NOTHING = ""


class OwnWords:
    """The lines of one answer that are a model's own, in their order. People may be named in one line and told of in
    the next: "@ana and @ben.", "Both are Muslims."
    """

    def __init__(self) -> None:
        self._of_people = False  # whether an own line has named somebody
        self._hint = NOTHING  # the first own line so far that hints at a trait

    def said(self, line: str, claims: Sequence[Claim], names: frozenset[str]) -> str:
        """What of the answer, with this line, tells such a thing of a person; empty if nothing does. ``names`` are
        those of people whom tools told of, in small letters.
        """
        words = plain(_without(line, claims))
        by_name = any(each in names for each in re.findall(r"[\w.-]+\w", words.casefold()))
        self._of_people |= by_name or any(each.kind == "handle" for each in claims)
        if not self._hint and (sensitive_trait(words) or not tellable(words)):
            self._hint = short(words)
        return self._hint if self._of_people else NOTHING

    def beside_person(self) -> str:
        """The same where a tool's line about a person stands in the answer."""
        self._of_people = True
        return self._hint


def _without(line: str, claims: Sequence[Claim]) -> str:
    """The line without handles, which say nothing, and quotations, which are somebody else's words."""
    for claim in sorted(claims, key=lambda each: -each.start):
        if claim.kind in ("handle", "quote"):
            line = f"{line[: claim.start]} {line[claim.end :]}"
    return line
