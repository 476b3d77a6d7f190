"""What is asked outright."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding.reader import QuestionReading
from agent.understanding.said.outright import outright

KNOWN = {
    "ana": "person",
    "ben": "person",
    "Nike": "name",
    "Adidas": "name",
    "runners": "community",
    "gaming": "community",
}


@pytest.mark.parametrize(
    ("text", "kind", "slots", "wanted"),
    [
        ("how sure are you about the tone, is it accurate?", "analyze_sentiment", {}, ("explain_method", {})),
        ("can I trust Nike", "describe_data", {"subject": ["Nike"]}, ("describe_data", {"subject": ["Nike"]})),
        ("is @ana similar to @ben?", "find_lookalikes", {"users": ["ana", "ben"]},
         ("find_lookalikes", {"users": ["ana"], "among": ["ben"]})),
        ("who is like @ana", "find_lookalikes", {"users": ["ana"]}, ("find_lookalikes", {"users": ["ana"]})),
        ("who likes Nike more, ana or ben?", "compare_brands", {"likes": ["Nike"], "users": ["ana", "ben"]},
         ("find_audience", {"subject": ["Nike"], "among": ["ana", "ben"]})),
        ("are people on here sick of Nike", "rank", {"dislikes": ["Nike"]},
         ("analyze_sentiment", {"subject": ["Nike"]})),
        ("which people are sick of Nike", "rank", {"dislikes": ["Nike"]}, ("rank", {"dislikes": ["Nike"]})),
        ("likes of posts that mention Nike vs those that mention Adidas", "measure_engagement",
         {"subject": ["Nike"], "names": ["Adidas"]}, ("compare_brands", {"brands": ["Nike", "Adidas"]})),
        ("posts about Nike and Adidas", "search_posts", {"subject": ["Nike"]}, ("search_posts", {"subject": ["Nike"]})),
        ("anybody who talks about both tesla and climate", "rank", {}, ("rank", {"names": ["tesla", "climate"]})),
        ("everyone who mentioned Nike at least twice", "rank", {"names": ["Nike"]},
         ("rank", {"names": ["Nike"], "at_least": ["2"]})),
        ("everyone who mentioned Nike more than three times", "rank", {}, ("rank", {"at_least": ["4"]})),
        ("find runners who never mention Nike", "find_audience", {"subject": ["runners"], "never_names": ["Nike"]},
         ("find_audience", {"never_names": ["Nike"], "active_in": ["runners"]})),
        ("an ad for runners", "find_audience", {"subject": ["runners"]}, ("find_audience", {"subject": ["runners"]})),
        ("who's into gaming", "rank", {"likes": ["gaming"]}, ("rank", {"active_in": ["gaming"]})),
        ("who likes gaming", "rank", {"likes": ["gaming"]}, ("rank", {"likes": ["gaming"]})),
    ],
)  # fmt: skip
def test_outright(text: str, kind: str, slots: dict[str, list[str]], wanted: tuple[str, dict[str, Any]]) -> None:
    known = {said: each for said, each in KNOWN.items() if said in text}
    found = outright(QuestionReading([(kind, 0.9)], slots, {}, text=text), known)
    assert (found.kinds[0][0], found.slots) == wanted
