"""What fills the slots of the phrasings: wide lists, so that the model learns the sentence and not the brand."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from agent.understanding.labels import CHOICES
from index.training.data import read_rows
from tools.explain_method import glossary

HERE = Path(__file__).parent
SLOT = re.compile(r"\{([a-z_]+?)(\d?)\}")
DOUBLE = re.compile(r"\b(our|the|my|a|an|your|their) (?:our new|the new|our|the|my|this) ", re.IGNORECASE)
OWN = re.compile(r"(?:our|the|my|this) ", re.IGNORECASE)  # how a name itself may begin: "The North Face"
BEFORE = r"\b(?:before|prior to|earlier than) "  # the day itself is not meant; tools.selection.period knows
MOST_POSTS = 30_000  # enough handles, titles and texts, and read in a second
NUMBERS = {"count": "counts"} | dict.fromkeys(
    ("limit", "min_posts", "max_posts", "min_likes", "max_likes", "at_least"), "numbers"
)
EVERYDAY = 0.15  # of communities are called like an everyday word
LISTS = (  # slots that hold several
    "brands", "users", "exclude", "among", "active_in", "also", "likes", "dislikes", "names", "never_names",
    "never_dislikes", "without", "never_likes", "never_active_in", "not_in", "not_during",
)  # fmt: skip
STOP = frozenset(
    ("the", "a", "an", "of", "and", "or", "to", "in", "on", "for", "with", "my", "your", "is", "are", "was", "it",
     "this", "that", "i", "you", "we", "they", "he", "she", "at", "as", "be", "if", "so", "but")
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """A question with its slots filled: the words, and the argument values by slot, in order of appearance.

    ``spared`` are the words that stand for the values and must not be altered.
    """

    text: str
    values: dict[str, Any]
    spared: list[str] = field(default_factory=list)


class Fillers:
    """Draws values for slots with a seeded generator."""

    def __init__(self, data: Path, generator: random.Random) -> None:
        self.words: dict[str, Any] = yaml.safe_load((HERE / "fillers.yaml").read_text(encoding="utf-8"))
        self.random = generator
        brands = [row["brand"] for row in read_rows(data / "interests/retail_brands.jsonl.gz")]
        self.shops = [brand for brand in brands if brand.isascii()]
        # What stands in a list: a comma or a mere number in a name would part it.
        self.names = [brand for brand in self.shops if "," not in brand and not brand.isdecimal()]
        self._brands = {name.casefold() for name in (*self.words["brands"], *self.names, *self.words["products"])}
        communities = list(read_rows(data / "interests/communities.jsonl.gz"))
        self.communities = [row["community"] for row in communities]
        self.common_communities: list[str] = self.words["common_communities"]
        self.leaves = sorted({row["interests"][-1] for row in communities if row["interests"]})
        posts = list(islice(read_rows(data / "posts/reddit_2023.jsonl.gz"), MOST_POSTS))
        self.authors = sorted({row["author"] for row in posts})
        self.titles = sorted({row["thread_title"] for row in posts if row.get("thread_title")})
        words = {word for title in self.titles for word in re.findall(r"\b[a-z]{4,10}\b", title)}
        self.words_of_titles = sorted(words - STOP)
        self.everyday: set[str] = set()  # words that were drawn as communities
        self.texts = [row["text"] for row in posts if 20 < len(row["text"]) < 280]

    def fill(self, phrasing: str, fixed: dict[str, Any] | None = None, taken: Sequence[str] = ()) -> Filled:
        """Fill every slot; ``fixed`` gives values for some (arguments of a call that was made for real).

        Brands are none of ``taken``, which were said before.
        """
        # A value must be whole words of the question, so that held arguments can say it: "anas profile" does not do.
        phrasing = re.sub(r"\}s\b", "}'s", phrasing)
        given = dict(fixed or {})
        values: dict[str, Any] = {}
        surface: dict[str, str] = {}
        for slot, number in dict.fromkeys(SLOT.findall(phrasing)):
            key = slot + number
            if key in given:
                surface[key], values[key] = self._as_said(given[key]), given[key]
            else:
                others = [*taken, *names_in({**given, **values})]
                surface[key], values[key] = self._draw(slot, others)
        for key, value in values.items():
            if OWN.match(str(value[0] if isinstance(value, list) else value)):  # no "our The North Face"
                phrasing = re.sub(rf"(?i)\b(?:our|the|my|an?|your|their) (?=\{{{key}\}})", "", phrasing)
        text = SLOT.sub(lambda match: surface[match[1] + match[2]], phrasing)
        text = DOUBLE.sub(r"\1 ", text).replace('""', '"')
        for key in values:
            if key.startswith("until") and (
                found := re.search(BEFORE + re.escape(values[key]) + r"(?!\w)", text, re.IGNORECASE)
            ):
                values[key] = found[0]
        return Filled(text, values, [*surface.values(), *names_in(values)])

    def _as_said(self, value: Any) -> str:
        return self._in_list(value) if isinstance(value, list) else str(value)

    def _draw(self, slot: str, taken: Sequence[str] = ()) -> tuple[str, Any]:
        """How a value is said, and the value."""
        pick = self.random.choice
        if slot in NUMBERS:
            numbers = self.words[NUMBERS[slot]]
            said = pick(list(numbers))
            return said, numbers[said]
        if slot == "interests":
            pool = self.words["interests"] + (self.leaves if self.random.random() < 0.3 else [])
            chosen = self.random.sample(pool, pick([1, 1, 2, 2, 3]))
            return in_words(chosen), chosen
        if slot == "user":
            name = self._handle()
            # A handle without @ that is a plain word could be anything.
            bare = any(not char.isalpha() for char in name)
            return pick(["@" + name, name, name, "@" + name, "u/" + name] if bare else ["@" + name]), name
        if slot in LISTS:
            return self._list(slot, taken)
        if slot == "term":
            term = pick([term for term in glossary() if term.title in CHOICES["term"]])
            return pick([term.title.lower(), *term.also]), term.title
        if slot in ("campaign", "topic", "query"):
            return self._subject(slot)
        said = self._plain(slot, taken)
        return said, said

    def _list(self, slot: str, taken: Sequence[str]) -> tuple[str, list[str]]:
        """Brands to compare, people, communities, or names, none of which is part of another."""
        pick, chosen = self.random.choice, list[str]()
        if slot == "brands":
            for _ in range(pick([2, 2, 2, 3, 3, 4, 5])):
                chosen.append(self.brand([*taken, *chosen]))
            return self._in_list(chosen), chosen
        if slot == "not_during":
            said = self._plain("during", taken)
            return said, [said]
        if slot in ("active_in", "never_active_in", "not_in"):
            chosen = [self.community() for _ in range(pick([1, 1, 1, 1, 2]))]
            return in_words([pick(["r/", ""]) + name for name in chosen]), chosen
        if slot in ("users", "exclude", "among"):
            drawn = [self._draw("user") for _ in range(pick([2, 2, 3, 3, 4] if slot == "users" else [1, 1, 1, 2, 3]))]
            names = [name for _, name in drawn]
            # Among others a plain word is a handle too.
            bare = len(names) > 1 and self.random.random() < 0.2
            return in_words(names if bare else [said for said, _ in drawn]), names
        for _ in range(pick([1, 1, 1, 1, 2])):
            topic = pick(self.words["plain_topics"] + self.words["interests"])
            plain = self.random.random() < 0.3 and not any(within(topic, name) for name in [*taken, *chosen])
            chosen.append(topic if plain else self.brand([*taken, *chosen]))
        return pick([" and ", " or ", ", "]).join(chosen), chosen

    def _plain(self, slot: str, taken: Sequence[str]) -> str:
        """A value that is said as it is."""
        if slot == "brand":
            return self.brand(taken)
        if slot == "language":
            return self.random.choice(self.words["languages"])
        if slot in ("since", "until", "during", "before", "after"):
            return self.date(slot if slot in self.words else "during")
        if slot == "community":
            return self.community()
        if slot == "nth":
            return self.random.choice(self.words["places"])
        return " ".join(self.random.choice(self.texts).replace('"', "'").split())

    def community(self) -> str:
        """A real one, or an everyday word, which only an index can know for one: see ``everyday``."""
        if self.random.random() < EVERYDAY:
            name = self.random.choice(self.words_of_titles)
            self.everyday.add(name)
            return name
        return self.random.choice(self.communities if self.random.random() < 0.5 else self.common_communities)

    def date(self, slot: str) -> str:
        if self.random.random() < 0.3:
            year, month = self.random.randint(2010, 2026), self.random.randint(1, 12)
            day = self.random.randint(1, 28)
            return self.random.choice([str(year), f"{year}-{month:02d}", f"{year}-{month:02d}-{day:02d}"])
        return self.random.choice(self.words[slot])

    def brand(self, taken: Sequence[str]) -> str:
        """A brand, shop or product that is none of ``taken`` and part of none, as none is of it."""
        while True:
            pool = self.random.choices([self.words["brands"], self.names, self.words["products"]], [5, 2, 2])[0]
            name = self.random.choice(pool)
            if not any(within(name, other) or within(other, name) for other in taken):
                return name

    def is_brand(self, said: str) -> bool:
        """Whether it is one of the brands, shops and products that fill slots."""
        return said.casefold() in self._brands

    def _in_list(self, names: list[str]) -> str:
        """``names`` as people list what is to be compared."""
        joint = self.random.choice(self.words["joints"])
        last = self.random.choice(self.words["last_joints"]) if joint == ", " and len(names) > 2 else joint
        return last.join([joint.join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]

    def _handle(self) -> str:
        roll = self.random.random()
        if roll < 0.5:
            return self.random.choice(self.authors)
        if roll < 0.75:
            return self._plain_handle()
        name = re.sub(r"\W", "", self.random.choice(self.words["interests"]).title())
        low, number = name.lower(), self.random.randint(1, 99)
        return self.random.choice([name, f"{low}_{number}", f"the_{low}", name + "Guy"])

    def handles(self, number: int) -> list[str]:
        """People whom a result could list."""
        return list(dict.fromkeys(self._handle() for _ in range(number)))

    def _plain_handle(self) -> str:
        """A name with dots, underscores and digits: "j.doe_88", "anna.k", "tomasz.hikes"."""
        pick = self.random.choice
        first, last, does = pick(self.words["first_names"]), pick(self.words["last_names"]), pick(self.words["doings"])
        number = self.random.randint(1, 99)
        forms = [f"{first[0]}.{last}_{number}", f"{first}.{last[0]}", f"{first}.{does}", f"{first}_{last}"]
        return pick([*forms, f"{first}{number}", f"{does}.with.{first}", f"{first}.{last}{number}", f"{first}_{does}"])

    def _subject(self, slot: str) -> tuple[str, str]:
        """What a question is about; of a product the article is said and no part of the value."""
        roll = self.random.random()
        if slot == "campaign" and roll < 0.22:
            ad = self.random.choice(self.words["ads"]) if roll < 0.13 else self._ad()
            return (f'"{ad}"' if self.random.random() < 0.35 else ad), ad
        if roll < 0.25:
            title = self.random.choice(self.titles).replace('"', "'").strip(" .?!'")[:90]
            return title, title
        if roll > 0.97:
            said = self._phrase()
            return said, said
        kinds = ["brands", "shops", "products", "plain_topics", "topics", "interests", "works", "events"]
        weights = [34, 6, 16, 8, 8, 9, 9, 3] if slot == "campaign" else [32, 5, 12, 14, 10, 8, 11, 6]
        kind = self.random.choices(kinds, weights)[0]
        name = str(self.random.choice(self.shops if kind == "shops" else self.words[kind]))
        if kind == "products" and self.random.random() < 0.25:
            return self.random.choice(["our ", "our new ", "the ", "the new ", "my ", "this "]) + name, name
        if kind in ("works", "events") and name.startswith("the "):
            return name, name.removeprefix("the ")
        return name, name

    def _ad(self) -> str:
        """Ad copy of one to four sentences."""
        pick = self.random.choice
        interest = pick(self.words["interests"])
        sentences = [
            pick(self.words["hooks"]).format(
                product=pick(self.words["products"]), interest=interest, Interest=interest[0].upper() + interest[1:]
            ),
            *self.random.sample(self.words["details"], pick([0, 1, 1, 2])),
            *([pick(self.words["closers"])] if self.random.random() < 0.6 else []),
        ]
        return " ".join(sentences)

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


def names_in(values: dict[str, Any]) -> list[str]:
    """The texts among the values, single ones and those of lists."""
    listed = [value if isinstance(value, list) else [value] for value in values.values()]
    return [name for names in listed for name in names if isinstance(name, str) and name]


def within(name: str, other: str) -> bool:
    """Whether ``name`` is a part of ``other``, whatever the case."""
    return name.casefold() in other.casefold()


def in_words(items: list[str]) -> str:
    """``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]


PREFIXES = (
    "hey, ", "hi! ", "ok so ", "please ", "quick one: ", "um, ", "Hello. ", "so ", "hey there, ", "and ", "now ",
    "can you tell me: ", "right, ", "ok, ", "hmm, ", "question: ", "good morning, ", "alright ", "could you check, ",
)  # fmt: skip
SUFFIXES = (" pls", " please", " thanks", " thx", ", if you can", " asap", ", please", " plz", " ty", " :)", " cheers")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEARBY = {letter: row[place - 1] for row in ROWS for place, letter in enumerate(row) if place}
CONTRACTED = re.compile(
    r"\b(?:what|who|how|where|it|that|let|there)'s\b|\w+n't\b|\b(?:I'm|I'd|we're|they're)\b", re.IGNORECASE
)
LONG_WORDS = 8  # what is longer than this many words is a pasted text


def roughen(text: str, spared: list[str], generator: random.Random) -> str:
    """The question as people type: no end mark, slips of the finger; the ``spared`` stretches stay as they are."""
    pasted = tuple(stretch.rstrip(" ?.!") for stretch in spared if len(stretch.split()) >= LONG_WORDS)
    ends_in_text = text.rstrip(' "?.!').endswith(pasted)
    roll = generator.random()
    if roll < 0.25 and text[-1:] in "?.!" and not text.endswith(tuple(spared)):
        text = text[:-1]
    if 0.25 <= roll < 0.32 and text[-1:].isalnum():
        text += generator.choice(["?", ".", " ?", "!", "??"])
    for chance in (0.2, 0.06):
        if generator.random() < chance:
            text = _slip(text, spared, generator)
    if generator.random() < 0.1:
        held = " ".join(spared)
        text = CONTRACTED.sub(lambda match: match[0] if match[0] in held else match[0].replace("'", ""), text)
    if generator.random() < 0.08:
        text = generator.choice(PREFIXES) + text
    if generator.random() < 0.05 and not ends_in_text:
        text += generator.choice(SUFFIXES)
    return text


def _slip(text: str, spared: list[str], generator: random.Random) -> str:
    """Swap, drop, double or miss one letter somewhere outside the ``spared`` stretches."""
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
    before, letter, after = text[:place], text[place], text[place + 1 :]
    return generator.choice(
        [
            before + after[0] + letter + after[1:],
            before + after,
            before + letter + letter + after,
            before + NEARBY.get(letter.lower(), letter) + after,
        ]
    )
