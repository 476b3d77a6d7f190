"""Posts that nobody tagged, with the names in them that lists know: whole sentences around names of every type.

The names are those of a gazetteer, and those of communities whose interest tells what they name (r/thewalkingdead,
Television: a work). What no list knows is left open, so that a new name is not taught to be none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.encoding.tagging import Span
from index.training.data import NO_NAME, Tagged, read_rows, text_of

GAZETTEER = Path(__file__).with_name("gazetteer.yaml")
LETTERS = 100  # on each side of a name that are read
LONGEST = 6  # words of a name
_LOWER_WORD = re.compile(r"(?<![\w@#/.])[a-z]+(?:['’-][a-z]+)*(?![\w/]|\.\w)")
_INNER_WORD = re.compile(r"(?<=[a-z,;)] )([A-Za-z][A-Za-z'’-]*)")  # not at the beginning of a sentence
_WORD = re.compile(r"(?<![\w@#/'’.-])\w+(?:[-'’&.+/]\w+)*\+?")
_PEOPLE = re.compile(r"(?:ese|ish|[ie]ans?|dutch|thai|farsi|euro|island|casino)$")  # a language or people is no place
_OWNER = re.compile(r"['’]s$")
# What the communities of an interest are called after, if they are called after a name.
NAMED_AFTER: dict[tuple[str, ...], str] = {
    ("Gaming", "Video Games"): "work",
    ("Entertainment", "Television"): "work",
    ("Entertainment", "Anime"): "work",
    ("Entertainment", "Movies"): "work",
    ("Entertainment", "Celebrities"): "person",
    ("Education", "Universities and Colleges"): "body",
    ("Sports", "Soccer"): "group",
    ("Sports", "Hockey"): "group",
    ("Sports", "Baseball"): "group",
    ("Sports", "Football"): "group",
    ("Sports", "Basketball"): "group",
    ("Locations",): "location",
}


def read_gazetteer(path: Path) -> dict[str, list[str]]:
    """Well-known names by type."""
    import yaml

    names: dict[str, list[str]] = yaml.safe_load(path.read_text("utf-8"))
    return names


def read_communities(path: Path) -> dict[str, str]:
    """Names of communities in small letters without blanks, and what type of thing they are called after."""
    found = {}
    for row in read_rows(path):
        interests = tuple(row["interests"])
        kind = NAMED_AFTER.get(interests[:2]) or NAMED_AFTER.get(interests[:1])
        name = row["community"].lower().replace("_", "")
        if kind and len(name) > 3 and not (kind == "location" and _PEOPLE.search(name)):
            found[name] = kind
    return found


@dataclass
class Names:
    """Names that lists know: of the gazetteer as people write them, of communities by their letters alone.

    ``common`` are words that name nothing, whatever a community is called.
    """

    gazetteer: Mapping[str, list[str]]
    communities: Mapping[str, str]
    common: set[str]
    _by_first: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for kind, names in self.gazetteer.items():
            for name in names:
                if word := _WORD.match(name):
                    self._by_first[word[0]].append((name, kind))
        for found in self._by_first.values():
            found.sort(key=lambda pair: -len(pair[0]))

    def spans(self, text: str) -> list[Span]:
        """Names inside the sentences of ``text``, where a capital means something, none beside another capital: Paris
        Hilton is no place.
        """
        words = [match.span() for match in _WORD.finditer(text)]
        found: list[Span] = []
        for place, (start, end) in enumerate(words):
            if text[start].islower() and text[start:end] not in self._by_first:
                continue
            if start < (found[-1].end if found else 0) or not _inside(text, start):
                continue
            span = self._known(text, start, end) or self._called(text, words[place : place + LONGEST])
            if span and not _beside_capital(text, span):
                found.append(span)
        return found

    def _known(self, text: str, start: int, end: int) -> Span | None:
        for name, kind in self._by_first.get(_OWNER.sub("", text[start:end]), self._by_first.get(text[start:end], ())):
            stop = start + len(name)
            if text.startswith(name, start) and not re.match(r"\w|['’-](?!s\b)\w", text[stop : stop + 2]):
                return Span(start, stop, kind)
        return None

    def _called(self, text: str, words: list[tuple[int, int]]) -> Span | None:
        """The longest run of capitals that a community is called after: of one word only if it is a rare one."""
        if not _is_capital(text[words[0][0]]):
            return None
        capital = [_is_capital(text[start]) for start, _ in words]
        for length in range(len(words), 0, -1):
            start, end = words[0][0], words[length - 1][1]
            name = _OWNER.sub("", text[start:end])
            rare = length > 1 or (name.lower() not in self.common and name.islower() is False)
            if not (capital[length - 1] and rare) or re.search(r"[.,;:!?()]\s", name):
                continue
            kind = self.communities.get(re.sub(r"[^a-z0-9]", "", name.lower()))
            if kind and not (length == 1 and name.isupper()):
                return Span(start, start + len(name), kind)
        return None


def _is_capital(letter: str) -> bool:
    return letter.isupper() or letter.isdigit()


def _inside(text: str, start: int) -> bool:
    return re.search(r"[\w,;:)] [\"“*(]?$", text[max(0, start - 3) : start]) is not None


def _beside_capital(text: str, span: Span) -> bool:
    if span.type == NO_NAME:
        return False
    before = re.search(r"([\w'’]+) $", text[max(0, span.start - 30) : span.start])
    after = re.match(r"(?:-| )([A-Z]\w+)", text[span.end : span.end + 30])
    return after is not None or (before is not None and before[1][0].isupper() and len(before[1]) > 3)


def read_silver(paths: Iterable[Path], names: Names, *, most: int = 6, plain: int = 1000) -> list[Tagged]:
    """Parts of posts with names in them, at most ``most`` for each name, and ``plain`` beginnings of posts without.

    Words that people hardly ever write with a capital are tagged as ``NO_NAME``; every other word is left open.
    """
    seen: Counter[str] = Counter()
    named: list[Tagged] = []
    others: list[Tagged] = []
    for text in _texts(paths):
        spans = names.spans(text)
        told = [span for span in spans if span.type != NO_NAME]
        if not told:
            others.append(_tagged(text, spans, 0, 2 * LETTERS, names.common))
            continue
        rare = min(told, key=lambda span: seen[text[span.start : span.end].lower()])
        if seen[text[rare.start : rare.end].lower()] < most:
            seen.update(text[span.start : span.end].lower() for span in told)
            named.append(_tagged(text, spans, rare.start - LETTERS, rare.end + LETTERS, names.common))
    step = max(1, len(others) // max(1, plain))
    return named + others[::step][:plain]


def _texts(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for row in read_rows(path):
            yield " ".join(text_of(row).split())[:600]


def _tagged(text: str, spans: list[Span], start: int, end: int, common: set[str]) -> Tagged:
    """The whole words of ``text`` between two places, with what is known of them."""
    start = text.find(" ", start) + 1 if start > 0 else 0
    end = text.rfind(" ", start, end) if end < len(text) else len(text)
    part = text[start : max(start, end)]
    kept = [Span(s.start - start, s.end - start, s.type) for s in spans if s.start >= start and s.end <= end]
    words = [match.span() for match in _LOWER_WORD.finditer(part) if match[0] in common]
    free = [(a, b) for a, b in words if not any(a < span.end and b > span.start for span in kept)]
    return Tagged(part, [*kept, *(Span(a, b, NO_NAME) for a, b in free)], "silver")


def common_words(texts: Iterable[str], *, least: int = 5, share: float = 0.8) -> set[str]:
    """Words that stand at least ``least`` times inside sentences, and there in lower case in ``share`` of the times:
    "phone" and "deck", but neither "google" nor "reddit". What people capitalise teaches what is a name.
    """
    lower: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for text in texts:
        for match in _INNER_WORD.finditer(text):
            every[match[1].lower()] += 1
            lower[match[1]] += match[1].islower()
    return {word for word, times in every.items() if times >= least and lower[word] >= share * times}


def names_of(data: Path, gazetteer: Path, posts: Iterable[Path]) -> Names:
    """The lists that are known: ``data`` holds ``interests/communities.jsonl.gz``; what is common is counted in
    ``posts``.
    """
    common = common_words(_texts(posts))
    return Names(read_gazetteer(gazetteer), read_communities(data / "interests/communities.jsonl.gz"), common)
