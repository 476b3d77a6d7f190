"""No text of a post costs more than a moment: tens of thousands of one sign, of one word, or of anything between."""

from __future__ import annotations

import re

import pytest

from agent.grounding import claims
from index.posts.record import LONGEST_TEXT
from tests.faults.bounded import Overtime, at_most
from tests.faults.hostile import hostile_texts
from tools.selection.spelling import ADDRESS, DOMAIN, spelling

# What looks at a text once takes a millisecond of the processor for this; what looks at every pair of signs, seconds.
MOST = 0.5
PATTERNS = {
    "ADDRESS": ADDRESS,
    "DOMAIN": DOMAIN,
    "HANDLE": claims.HANDLE,
    "FIGURE": claims.FIGURE,
    "FRACTION": claims.FRACTION,
    **{f"QUOTES {place}": pattern for place, pattern in enumerate(claims.QUOTES)},
    **{name: spelling(name).named for name in ("U.S.", "a....b")},
}


@pytest.mark.parametrize("name", PATTERNS)
def test_no_text_is_looked_at_more_than_once(name: str) -> None:
    for text in (*hostile_texts(LONGEST_TEXT), "U" + "." * LONGEST_TEXT, "a" + "." * LONGEST_TEXT, "A.B" * 6_000):
        with at_most(MOST, f"{name} on {text[:12]!r}"):
            for _ in PATTERNS[name].finditer(text):
                pass


def test_a_text_that_is_looked_at_again_and_again_would_be_seen() -> None:
    with pytest.raises(Overtime), at_most(MOST, "a pattern"):
        re.compile(r"(?<!\w)[\w.+-]+@[\w-]+").search("." * LONGEST_TEXT * 2)
