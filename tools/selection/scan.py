"""Where many names stand in many posts, found in one pass over the words of the posts.

To look for each name by itself takes a pass for each. Here every distinct word is looked at once. A name of one plain
word (``Spelling.forms``) stands where the word does, and how it is written there is told by what stands before it. Of
any other name those posts are found that have its words one after another, or written as fewer: some more than name it,
so that they have to be read with care (``Spelling.find``).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, islice

import numpy as np

from tools.selection.spelling import ADDRESS, Spelling, is_inside, may_have_address, words_of

WORD = re.compile(r"([^\W_]+)")
AT_ONCE = 8192  # posts
HANDLE, PART_OF_HANDLE = "@", "\0"  # told to stand before a handle of one word, and before the words of another
PLURAL = "seiy"  # letters that a plural may add, lose or change
UNDECOMPOSED = str.maketrans("øı", "oi")  # letters that Unicode does not take apart, but spellings do
WORDS = defaultdict[str, int]  # each distinct string with its number, given when it is first met


@dataclass(frozen=True)
class Texts:
    """Texts without addresses, and the ``handles`` in each that has some."""

    bare: list[str]
    handles: dict[int, list[str]]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        found = cls(list(texts), {})
        for place, text in enumerate(texts):
            if may_have_address(text):
                handles: list[str] = []
                found.bare[place] = ADDRESS.sub(partial(_blank, handles), text)
                if handles:
                    found.handles[place] = handles
        return found


@dataclass(frozen=True)
class Standing:
    """A row for each name of one plain word and post that has it, by name and post: their places, whether it is
    ``written`` as a name there and whether it stands in ``small`` letters, as ``Spelling.find`` says. ``perhaps`` has
    the places of the posts that may have each other name.
    """

    name: np.ndarray
    post: np.ndarray
    written: np.ndarray
    small: np.ndarray
    perhaps: dict[int, np.ndarray]


class Names:
    """The names that are looked for: those of one plain word by their forms, the others by their runs of words.

    A run is words without anything between, in bare letters. Runs that are a name but for the ending of a plural, or
    begin one, have a number; ``of_run`` are the names that a run is.
    """

    def __init__(self, names: Sequence[str], spelled: Sequence[Spelling]) -> None:
        self.of_run: list[list[int]] = []
        self.is_name, self.begins = bytearray(), bytearray()  # by run, as truth values
        self._spelled = spelled
        self._forms: dict[str, list[int]] = {}
        self._whole: dict[str, list[int]] = {}
        self._beginnings: set[str] = set()
        self._runs: list[str] = []
        self._numbers: dict[str, int] = {}
        for place, (name, each) in enumerate(zip(names, spelled, strict=True)):
            for form in each.forms:
                self._forms.setdefault(form, []).append(place)
            if not each.forms:
                self._add_runs(place, words_of(name))

    def _add_runs(self, place: int, parts: list[str]) -> None:
        for sign in ("", "and") if "&" in parts else ("",):
            runs, run = [], ""
            for word in WORD.findall(" ".join(parts).replace("&", sign)):
                run += bare(word)
                runs.append(run)
            if runs:
                self._beginnings.update(runs[:-1])
                self._whole.setdefault(_loose(run), []).append(place)

    def of_word(self, word: str) -> list[int]:
        """The names of one plain word that ``word`` is."""
        if word.isascii():
            return self._forms.get(word.lower(), [])
        return [name for name in self._forms.get(bare(word), []) if self._spelled[name].named.fullmatch(word)]

    def in_text(self, text: str) -> set[int]:
        """The names of one plain word in a short text without addresses, as ``Spelling.is_in`` finds them."""
        return {name for word in WORD.findall(text) for name in self.of_word(word)}

    def is_small(self, word: str, name: int) -> bool:
        """Whether ``word``, a form of the name, is written without a capital."""
        first = word[: min(2, *map(len, self._spelled[name].forms))]
        return first == first.lower()

    def run(self, words: str) -> int:
        """The number of a run; −1 if it neither is nor begins a name."""
        if (number := self._numbers.get(words)) is None:
            names, begins = self._whole.get(_loose(words), []), words in self._beginnings
            number = self._numbers[words] = len(self._runs) if names or begins else -1
            if number >= 0:
                self._runs.append(words)
                self.of_run.append(names)
                self.is_name.append(bool(names))
                self.begins.append(begins)
        return number

    def longer(self, run: int, word: str) -> int:
        """The number of a run with a word more."""
        return self.run(self._runs[run] + word)


class _Text:
    """Posts as numbers: each word of theirs, what stands before it, and its post. Grows with every distinct word."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.words: WORDS = defaultdict(count().__next__)
        self.signs: WORDS = defaultdict(count().__next__)
        self.bare: list[str] = []  # words
        self.run: list[int] = []  # of each word alone
        self.named: list[int] = [0]  # where the names of each word begin in ``name``, and those of the last one end
        self.name: list[int] = []
        self.is_small: list[bool] = []  # whether the word of such a name has no capital

    def read(self, texts: Texts, start: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(words,) what stands before each, its number, and the place of its post after ``start``."""
        signs: list[str] = []
        words: list[str] = []
        lengths = []
        for place, text in enumerate(texts.bare[start : start + AT_ONCE], start):
            parts = WORD.split(text)
            signs += parts[:-1:2]
            words += parts[1::2]
            for handle in texts.handles.get(place, ()):  # a handle names nothing but what it is as a whole
                own = WORD.findall(handle)
                signs += [HANDLE if own == [handle] else PART_OF_HANDLE] * len(own)
                words += own
            lengths.append(len(words))
        post = np.repeat(np.arange(len(lengths)), np.diff(np.array([0, *lengths])))
        return _numbers(signs, self.signs), _numbers(words, self.words), post

    def look_up(self) -> None:
        """What the words are that have been met since this was last asked."""
        for word in islice(self.words, len(self.bare), None):
            names = self.names.of_word(word)
            self.bare.append(bare(word))
            self.run.append(self.names.run(self.bare[-1]))
            self.name += names
            self.is_small += [self.names.is_small(word, name) for name in names]
            self.named.append(len(self.name))


def scan(texts: Texts, names: Names) -> Standing:
    """Where the names stand in ``texts``."""
    text = _Text(names)
    plain: list[tuple[np.ndarray, ...]] = []
    perhaps: dict[int, list[np.ndarray]] = defaultdict(list)
    for start in range(0, len(texts.bare) or 1, AT_ONCE):
        signs, words, post = text.read(texts, start)
        text.look_up()
        name, posts, *how = _plain(text, signs, words, post)
        plain.append((name, posts + start, *how))
        for each, some in _perhaps(text, words, post):
            perhaps[each].append(some + start)
    name, posts, written, small = (np.concatenate(column) for column in zip(*plain, strict=True))
    order = np.lexsort((posts, name))
    places = {each: np.unique(np.concatenate(some)) for each, some in perhaps.items()}
    return Standing(name[order], posts[order], written[order], small[order], places)


def _plain(text: _Text, signs: np.ndarray, words: np.ndarray, post: np.ndarray) -> tuple[np.ndarray, ...]:
    """Names of one plain word: name, post, written, small; a row for each name and post."""
    before = list(text.signs)
    marked, hidden = (np.array([test(sign) for sign in before], bool) for test in (_is_mark, PART_OF_HANDLE.__eq__))
    after_word, first = (np.array([is_inside(word + sign) for sign in before], bool) for word in ("a", ""))
    starts = np.array(text.named)
    number = np.where(hidden[signs], 0, np.diff(starts)[words])
    at = np.repeat(np.arange(len(words)), number)
    entry = np.repeat(starts[words] - (np.cumsum(number) - number), number) + np.arange(len(at))
    is_first = np.append(True, post[1:] != post[:-1])[at] if len(post) else np.zeros(0, bool)
    signs, post = signs[at], post[at]
    inside = np.where(is_first, first[signs], after_word[signs])
    is_small = np.array(text.is_small, bool)[entry]
    written, small = marked[signs] | (~is_small & inside), is_small & ~marked[signs]
    key = np.array(text.name, int)[entry] * AT_ONCE + post
    found, row = np.unique(key, return_inverse=True)
    sides = [np.bincount(row, side, len(found)) > 0 for side in (written, small)]
    return found // AT_ONCE, found % AT_ONCE, *sides


def _perhaps(text: _Text, words: np.ndarray, post: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Other names, each with the places of posts that have its words."""
    names = text.names
    run, last = np.array(text.run, int)[words], np.arange(len(words))
    while len(last := last[run >= 0]):
        run = run[run >= 0]
        is_name, begins = (np.frombuffer(bytes(flags), bool) for flags in (names.is_name, names.begins))
        key = np.unique(run[is_name[run]] * AT_ONCE + post[last[is_name[run]]])
        for own, posts in _parted(key // AT_ONCE, key % AT_ONCE):
            yield from ((name, posts) for name in names.of_run[own])
        on = begins[run] & (last + 1 < len(words))
        on[on] = post[last[on] + 1] == post[last[on]]
        run, last = run[on], last[on] + 1
        pairs, row = np.unique(run * len(text.bare) + words[last], return_inverse=True)
        longer = [names.longer(own, text.bare[word]) for own, word in zip(*divmod(pairs, len(text.bare)), strict=True)]
        run = np.array(longer, int)[row]


def _parted(groups: np.ndarray, values: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The values of each group; groups are sorted."""
    own, starts = np.unique(groups, return_index=True)
    yield from zip(own.tolist(), np.split(values, starts[1:]), strict=True) if len(own) else ()


def _numbers(strings: list[str], known: WORDS) -> np.ndarray:
    return np.fromiter(map(known.__getitem__, strings), dtype=np.int64, count=len(strings))


def _blank(handles: list[str], address: re.Match[str]) -> str:
    if address["handle"]:
        handles.append(address["handle"][1:])
    return " "


def _is_mark(sign: str) -> bool:
    return sign[-1:] in ("#", "@")


def bare(word: str) -> str:
    """A word in small letters without accents."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold().translate(UNDECOMPOSED))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


def _loose(run: str) -> str:
    """A run without what a plural may change."""
    return run.rstrip(PLURAL) or run
