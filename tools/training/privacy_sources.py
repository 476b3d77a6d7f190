"""Wide examples for the guard from public catalogues: shops, subjects and communities, most of which reveal nothing.

The catalogues lie beside the project (``--data DIR``) and are read at training time only.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tools.privacy.tellable import tellable
from tools.training.privacy_examples import ALLOWED, COMMUNITIES, THINGS, Example

# Catalogued subjects under which communities reveal nothing. What the word lists would not tell is left out all the
# same, so that a support group filed under "Pets" teaches nothing wrong.
HARMLESS = frozenset(
    ("Gaming", "Music", "Sports", "Science", "Technology", "Travel", "Art", "Architecture", "Entertainment")
)
HARMLESS_BELOW = frozenset(
    (
        "Pets and Animals", "Food and Beverages", "Fashion and Beauty", "Shopping", "Personal Finance", "Real Estate",
        "Automobiles", "Outdoors", "More Interests", "Writing", "Musical", "Agricultural", "Photography", "Crafts",
        "DIY", "Design and Decor", "Filmmaking", "Design", "History", "Philosophy", "Archaeology", "Finance",
        "Entrepreneurship", "Economics", "Marketing",
    )
)  # fmt: skip
TELLING = {
    "Religion and Spirituality": "religion",
    "LGBT": "sexuality",
    **dict.fromkeys(
        (
            "Politics", "Anarchism", "Libertarianism", "Democrat", "Republican", "Socialism", "Communism",
            "Conservative", "Progressive", "Liberal",
        ),
        "politics",
    ),
}  # fmt: skip
# Of the taxonomy of contents, what is about people's bodies, beliefs, families and offences says nothing either way.
UNCLEAR = frozenset(
    (
        "Medical Health", "Healthy Living", "Family and Relationships", "Sensitive Topics", "Religion & Spirituality",
        "Politics", "War and Conflicts", "Law", "Crime", "Personal Celebrations & Life Events", "Holidays",
        "Content Taxonomy v3.1 Tiered Categories", "Tier 1",
    )
)  # fmt: skip
UNCLEAR_SHOPS = re.compile(
    r"healthcare|health|doctor|clinic|hospital|hearing|bail|social|worship|religion|pharmacy|dentist|school|"
    r"kindergarten|college|funeral|erotic|cannabis|blood|political|childcare|nursing|language_school",
    re.IGNORECASE,
)


def gathered(data: Path, seed: int = 7, each: int = 1200) -> list[Example]:
    """At most ``each`` examples of every source: shops, subjects, harmless communities, and communities that tell."""
    draw = random.Random(seed)
    shops = sorted({row["brand"] for row in _rows(data, "retail_brands") if not UNCLEAR_SHOPS.search(row["category"])})
    harmless, telling = _communities(data)
    found = [Example(text, ALLOWED, "shop") for text in _some(shops, THINGS, draw, each)]
    found += [Example(text, ALLOWED, "subject") for text in _some(_subjects(data), THINGS, draw, each)]
    found += [Example(text, ALLOWED, "community") for text in _some(harmless, COMMUNITIES, draw, each)]
    for name, trait in draw.sample(sorted(telling.items()), min(each, len(telling))):
        found += [Example(text, trait, "community") for text in _some([name], COMMUNITIES, draw, 1)]
    return found


def _communities(data: Path) -> tuple[list[str], dict[str, str]]:
    """Names of communities that reveal nothing, and those that do with their trait."""
    harmless, telling = [], {}
    for row in _rows(data, "communities"):
        first, below = [*row["interests"], "", ""][:2]
        if below in TELLING:
            telling[row["community"]] = TELLING[below]
        elif (first in HARMLESS or below in HARMLESS_BELOW) and tellable(spaced(row["community"])):
            harmless.append(row["community"])
    return harmless, telling


def spaced(name: str) -> str:
    """ "AskCulinary" as "Ask Culinary"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _subjects(data: Path) -> list[str]:
    lines = (data / "interests" / "iab_content_3.1.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines]
    return sorted({each[2] for each in cells if len(each) > 3 and each[2] and each[3] not in UNCLEAR})


def _some(names: Sequence[str], frames: Sequence[str], draw: random.Random, number: int) -> Iterator[str]:
    """Names drawn at random, half of them plain, the others in a frame; communities also with their words apart."""
    plain = [frame for frame in frames if "{o" not in frame and "{h" not in frame]
    for name in draw.sample(list(names), min(number, len(names))):
        said = spaced(name) if draw.random() < 0.5 else name
        said = said.lower() if draw.random() < 0.3 else said
        yield draw.choice(plain).format(x=said) if draw.random() < 0.5 else said


def _rows(data: Path, name: str) -> Iterable[dict]:
    with gzip.open(data / "interests" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
