"""What fills the slots of the phrasings: wide lists, so that the model learns the sentence and not the brand."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from index.training.data import read_rows

HERE = Path(__file__).parent
SLOT = re.compile(r"\{([a-z]+?)(\d?)\}")
STOP = frozenset(
    ("the", "a", "an", "of", "and", "or", "to", "in", "on", "for", "with", "my", "your", "is", "are", "was", "it",
     "this", "that", "i", "you", "we", "they", "he", "she", "at", "as", "be", "if", "so", "but")
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """A question with its slots filled: the words, and the argument values by slot."""

    text: str
    values: dict[str, Any]


class Fillers:
    """Draws values for slots with a seeded generator."""

    def __init__(self, data: Path, generator: random.Random) -> None:
        self.words: dict[str, Any] = yaml.safe_load((HERE / "fillers.yaml").read_text(encoding="utf-8"))
        self.random = generator
        brands = [row["brand"] for row in read_rows(data / "interests/retail_brands.jsonl.gz")]
        self.shops = [brand for brand in brands if brand.isascii()]
        communities = list(read_rows(data / "interests/communities.jsonl.gz"))
        self.communities = [row["community"] for row in communities]
        self.leaves = sorted({row["interests"][-1] for row in communities if row["interests"]})
        posts = list(read_rows(data / "posts/reddit_2023.jsonl.gz"))
        self.authors = sorted({row["author"] for row in posts})
        self.titles = sorted({row["thread_title"] for row in posts if row.get("thread_title")})
        self.texts = [row["text"] for row in posts if 20 < len(row["text"]) < 280]

    def fill(self, phrasing: str, fixed: dict[str, Any] | None = None) -> Filled:
        """Fill every slot; ``fixed`` gives values for some (arguments of a call that was made for real)."""
        values: dict[str, Any] = dict(fixed or {})
        surface: dict[str, str] = {slot: str(value) for slot, value in values.items()}

        def word(match: re.Match[str]) -> str:
            slot, key = match[1], match[1] + match[2]
            if key not in values:
                surface[key], values[key] = self._draw(slot)
            return surface[key]

        # A value must be whole words of the question, so that held arguments can say it: "anas profile" does not do.
        text = SLOT.sub(word, re.sub(r"\}s\b", "}'s", phrasing))
        for key in values:
            if key.startswith("until") and f"before {values[key]}" in text:
                values[key] = f"before {values[key]}"  # the day itself is not meant; agent.dates knows
        return Filled(text, values)

    def _draw(self, slot: str) -> tuple[str, Any]:
        pick = self.random.choice
        if slot == "limit":
            said = pick(list(self.words["numbers"]))
            return said, self.words["numbers"][said]
        if slot in ("since", "until", "during"):
            said = self._date(slot)
            return said, said
        if slot == "interests":
            chosen = self.random.sample(self.words["interests"] + self.leaves, pick([1, 1, 2, 2, 3]))
            return in_words(chosen), chosen
        if slot == "user":
            name = self._handle()
            return pick(["@" + name, name]), name
        if slot == "community":
            name = pick(self.communities)
            return name, name
        if slot == "text":
            text = " ".join(pick(self.texts).replace('"', "'").split())
            return text, text
        said = self._subject(slot)
        return said, said

    def _date(self, slot: str) -> str:
        if self.random.random() < 0.3:
            year, month = self.random.randint(2010, 2026), self.random.randint(1, 12)
            day = self.random.randint(1, 28)
            return self.random.choice([str(year), f"{year}-{month:02d}", f"{year}-{month:02d}-{day:02d}"])
        return self.random.choice(self.words[slot])

    def _handle(self) -> str:
        roll = self.random.random()
        if roll < 0.6:
            return self.random.choice(self.authors)
        name = re.sub(r"\W", "", self.random.choice(self.words["interests"]).title())
        low, number = name.lower(), self.random.randint(1, 99)
        return self.random.choice([name, f"{low}_{number}", f"the_{low}", name + "Guy"])

    def _subject(self, slot: str) -> str:
        roll = self.random.random()
        if slot == "campaign" and roll < 0.12:
            return self.random.choice(self.words["ads"])
        if slot == "campaign" and roll < 0.2:
            return self.random.choice(self.titles).replace('"', "'").strip(" .?!'")[:90]
        if roll < 0.45:
            return self.random.choice(self.words["brands"])
        if roll < 0.55:
            return self.random.choice(self.shops)
        if roll < 0.7:
            return self.random.choice(self.words["products"])
        if roll < 0.8:
            return self.random.choice(self.words["topics"] if slot in ("topic", "query") else self.words["interests"])
        if roll < 0.88:
            return self.random.choice(self.words["interests"])
        return self._phrase()

    def _phrase(self) -> str:
        """A stretch of one to four words of some title, with a content word at each end."""
        for _ in range(20):
            words = re.findall(r"[\w'’-]+", self.random.choice(self.titles))
            if len(words) < 4:
                continue
            size = self.random.randint(1, 4)
            start = self.random.randrange(len(words) - min(size, len(words) - 1))
            chosen = words[start : start + size]
            if all(edge.lower() not in STOP and len(edge) > 2 for edge in (chosen[0], chosen[-1])):
                return " ".join(chosen)
        return "coffee"


def in_words(items: list[str]) -> str:
    """``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]


def roughen(text: str, spared: list[str], generator: random.Random) -> str:
    """The question as people type: no end mark, a slip of the finger; the ``spared`` stretches stay as they are."""
    roll = generator.random()
    if roll < 0.15 and text[-1:] in "?.!" and not text.endswith(tuple(spared)):
        text = text[:-1]
    if 0.15 <= roll < 0.22 and text[-1:].isalnum():
        text += generator.choice(["?", ".", " ?", "!", "??"])
    if generator.random() < 0.12:
        text = _slip(text, spared, generator)
    if generator.random() < 0.06:
        text = generator.choice(["hey, ", "hi! ", "ok so ", "please ", "quick one: ", "um, ", "Hello. ", "so "]) + text
    if generator.random() < 0.05:
        text += generator.choice([" pls", " please", " thanks", " thx", ", if you can", " asap"])
    return text


def _slip(text: str, spared: list[str], generator: random.Random) -> str:
    """Swap or drop one letter somewhere outside the ``spared`` stretches."""
    kept = [False] * len(text)
    for stretch in spared:
        start = text.find(stretch)
        while stretch and start >= 0:
            kept[start : start + len(stretch)] = [True] * len(stretch)
            start = text.find(stretch, start + 1)
    letters = [char.isalpha() and not spare for char, spare in zip(text, kept, strict=True)]
    free = [i for i in range(1, len(text) - 1) if letters[i] and letters[i + 1]]
    if not free:
        return text
    place = generator.choice(free)
    if generator.random() < 0.5:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :]
