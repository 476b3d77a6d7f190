"""Training has no index: what one would know of a question is made up, and follows what is meant."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from agent.training.fillers import Fillers
from agent.training.reader.known import known_words, with_known
from agent.training.reader.question import Question


def test_places_people_and_brands_are_mostly_known(data: Path) -> None:
    import random

    fillers = Fillers(data, random.Random(3))
    question = Question(
        "what does olive_7 say about Nike in printSF?",
        "search_posts",
        {"query": "Nike", "user": "olive_7", "community": "printSF"},
    )
    found = Counter((said, kind) for _ in range(300) for said, kind in known_words(question, fillers).items())
    assert 260 < found["printSF", "community"] < 300 and 260 < found["olive_7", "person"] < 300
    assert 220 < found["Nike", "name"] < 290
    strays = {said for said, _ in found} - {"printSF", "olive_7", "Nike"}
    assert strays <= {"what", "does", "about"} and strays


def test_a_question_that_is_only_parted_knows_what_its_parts_know(data: Path) -> None:
    import random

    fillers = Fillers(data, random.Random(3))
    fillers.everyday.add("tea")  # a community that only an index can know is always known
    part = Question("posts in tea", "search_posts", {"community": "tea"})
    whole = Question("posts in tea and why", "search_posts", {}, heads=frozenset({"starts"}))
    assert with_known([whole, part], fillers)[0].known["tea"] == "community"
