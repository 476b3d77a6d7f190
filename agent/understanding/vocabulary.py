"""What an index knows by name, found in the words of a question: communities, people, and names that posts have.

The question reader has seen no index: to it "watching" is a verb and "binsgoblin" a slip of the finger. What the index
knows is told to it word by word, and how much that means it has learned (``agent.training.reader.known``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from agent.understanding.said.places import CROWD, community_of, is_of_people
from index.entities.mentions import canonical
from index.store.facts import Facts
from tools.library import Library
from tools.selection.plain_words import is_common
from tools.selection.subject import known_names

WORD = re.compile(r"\w(?:[\w.'’&-]*\w)?")
LONGEST = 4  # words of a name
MADE = ("organization", "product", "work", "group")  # types of names
FEWEST = 2  # mentions of a name, so that a slip in one post is none

_VOCABULARIES: WeakKeyDictionary[Facts, Vocabulary] = WeakKeyDictionary()
_LOCK = Lock()


@dataclass(frozen=True)
class Vocabulary:
    """Names by which an index knows something: ``communities`` by their names in small letters, ``people`` in small
    letters, ``names`` in their canonical form; of these ``words`` are everyday words, too.
    """

    communities: Mapping[str, str]
    people: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, library: Library) -> Vocabulary:
        """That of an index, made once."""
        with _LOCK:
            if (found := _VOCABULARIES.get(library.facts)) is None:
                known = {key: each for key, each in known_names(library).items() if each.mentions >= FEWEST}
                words = frozenset(key for key, each in known.items() if is_common(each.text))
                found = cls(library.communities, frozenset(library.authors), frozenset(known), words)
                _VOCABULARIES[library.facts] = found
            return found

    def known_in(self, question: str) -> dict[str, str]:
        """What of ``question`` is known, as it is written there, with its kind (``labels.KNOWN``)."""
        found: dict[str, str] = {}
        words = list(WORD.finditer(question))
        place, before = 0, False
        while place < len(words):
            size, kind = next(self._from(question, words, place), (1, ""))
            if kind and before and is_of_people(self.communities, words[place][0]):
                kind = ""  # "coffee drinkers" are of coffee, not of drinks
            before = kind == "community" and question[words[place + size - 1].end() :][:1] == " "
            if kind:
                found.setdefault(question[words[place].start() : words[place + size - 1].end()], kind)
            place += size
        return found

    def _from(self, question: str, words: list[re.Match[str]], place: int) -> Iterator[tuple[int, str]]:
        """What begins at a word: how many words it has, and its kind; the longest first."""
        for size in range(min(LONGEST, len(words) - place), 0, -1):
            start = words[place].start()
            said = question[start : words[place + size - 1].end()]
            if kind := self._kind(said, handle=question[start - 1 : start] == "@"):
                yield size, kind

    def _kind(self, said: str, *, handle: bool) -> str:
        plain, key = said.casefold(), canonical(said)
        if handle:
            return "person" if plain in self.people else ""
        if community_of(self.communities, plain) and not CROWD.search(plain):
            return "community"
        if plain in self.people:
            return "person"
        named = {key, key.removesuffix("s")} & self.names
        return "name" if named and (not named & self.words or said[:1].isupper()) else ""


def is_made(library: Library, said: str) -> bool:
    """Whether posts name something so that is made, sold or played: no person, no place, no everyday word."""
    found = known_names(library).get(canonical(said))
    return found is not None and found.type in MADE and not is_common(said)
