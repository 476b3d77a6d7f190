"""What a question is about: one matcher for names, with which every tool counts.

A post **names** X if the words of X stand there (``tools.selection.spelling``) and, where they are also plain words
(apple, target, shell), if X is tagged there or written as a name: with a capital inside a sentence, as a hashtag or as
a handle. The decision whether X is a name here is made over the whole index, so that counts of parts add up. What is no
name here is a **theme**: posts with the words, and those near enough in meaning.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from index.entities.mentions import canonical
from index.entities.plurals import MADE
from index.errors import AnalystError
from index.inflection import singular
from index.phrases.rarity import is_plain_word
from index.store.facts import Facts
from tools.library import Library, nearest_names
from tools.result.names import named_in_words
from tools.result.words import count, short
from tools.selection.corrected import barred_posts
from tools.selection.either import or_named, several
from tools.selection.kinds import kind_of
from tools.selection.plain_words import is_common, is_strange, word_names
from tools.selection.spelling import Spelling, spelling
from tools.targeting.names import is_well_known

if TYPE_CHECKING:
    import pandas as pd

# Cosine from which a post without the words counts as being about a theme. Measured on the sample with 31 communities
# as subjects: from here on 53 % of such posts are in the community of that name (a lower bound: 13 of 16 read by hand
# were about it), from 0.38 to 0.42 12 of 16, from 0.34 to 0.38 10 of 16.
NEAR_ENOUGH = 0.42
NAME_SHARE = 0.3  # a word is a name if so many of the posts with it have it tagged as one …
CAPITAL_SHARE = 0.5  # … or, where the writing shows it, write it with a capital
HARDLY_A_NAME = (
    0.05  # a plain word that is tagged more rarely is a theme, like "coffee", unless it is well known as a name
)
SURELY_SOMETIMES = 2  # posts that tag and write it so, from which "Shell" asked with a capital is the name
LONGEST_NAME = 6  # words; what is longer is a text, and near posts are looked for
TONE = ("negative", "neutral", "positive")
COLUMNS = ["id", "tagged", "surface", *TONE]
REMEMBERED = 256  # subjects of one index
AT_ONCE = 48  # names looked for in one pass


@dataclass(frozen=True)
class Subject:
    """``said`` as asked for and ``name`` as it is written here; ``key`` is its one spelling (``canonical``).

    ``posts`` has a row for each post that names it, or has the words of a theme: id, ``tagged``, ``surface`` (the words
    as they stand there), and negative, neutral
    and positive, the tone toward it where it is tagged (else empty: the tone of the whole post holds). ``near`` are
    further posts about a theme, by meaning. ``plain_posts`` have the word of a name but not as one. ``how`` says in
    words which posts were taken, ``how_named`` which names count as the theme, where it is a kind of brands.
    """

    said: str
    name: str
    key: str
    kind: Literal["name", "theme"]
    posts: pd.DataFrame = field(repr=False)
    near: tuple[str, ...] = field(default=(), repr=False)
    plain_posts: int = 0
    how: str = ""
    how_named: str = ""

    @property
    def ids(self) -> list[str]:
        """Posts about it: those with the words, then those near in meaning."""
        return [*self.posts.id, *self.near]

    @property
    def own_names(self) -> frozenset[str]:
        """The canonical names that are the subject itself, which is not told as coming up beside it."""
        return frozenset((self.key, singular(self.key), f"{self.key}s"))

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


class Shapes(NamedTuple):
    """How the words of a name stand in each of some posts, (posts,): tagged as a name, written as one, in small
    letters.
    """

    tagged: np.ndarray
    written: np.ndarray
    small: np.ndarray

    def counts(self, groups: np.ndarray, number: int) -> list[Counts]:
        """How many posts of each group have which shape; ``groups`` (posts,) are places below ``number``."""
        tagged, written, small = self.tagged, self.written, self.small & ~self.written
        flags = (tagged | True, tagged, written, written | small, small, small & tagged, tagged & written)
        columns = (np.bincount(groups, flag, number).astype(int).tolist() for flag in flags)
        return list(map(Counts._make, zip(*columns, strict=True)))


class Counts(NamedTuple):
    """Posts with the words of a name: all, tagged as one, written as one, of which the writing shows anything, in small
    letters only, of these tagged, and tagged where written as one.
    """

    posts: int
    tagged: int
    written: int
    shown: int
    small: int
    small_tagged: int
    surely: int


class Use(Enum):
    """Which of the posts with the words use them as a name."""

    ALL = "all"
    NOT_IN_SMALL_LETTERS = "those where they are tagged or have a capital"
    TAGGED_OR_WRITTEN = "those where they are tagged, or have a capital inside a sentence"

    def among(self, shapes: Shapes) -> np.ndarray:
        """(posts,) whether each does."""
        if self is Use.ALL:
            return shapes.tagged | True
        return shapes.tagged | (shapes.written if self is Use.TAGGED_OR_WRITTEN else ~(shapes.small & ~shapes.written))


@dataclass(frozen=True)
class KnownName:
    """A name that is tagged in these posts: its commonest spelling, the kind of thing, and how many mentions it has."""

    text: str
    type: str
    mentions: int


@dataclass
class _Memory:
    """What is remembered of one index."""

    subjects: OrderedDict[tuple[str, bool], Subject] = field(default_factory=OrderedDict)
    tables: WeakKeyDictionary[Subject, str] = field(default_factory=WeakKeyDictionary)
    names: dict[str, KnownName] | None = None
    written: dict[str, int] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.RLock)


_MEMORIES: WeakKeyDictionary[Facts, _Memory] = WeakKeyDictionary()
_OPENING = threading.Lock()


def subject_of(library: Library, said: str, *, by_meaning: bool = True) -> Subject:
    """The name or theme ``said``, or one of several names or all ("Nike or Adidas"); it may have no posts. Without
    ``by_meaning`` a theme is only its words.

    Raises AnalystError if ``said`` is empty or has no letter, digit or sign to look for.
    """
    (subject,) = subjects_of_names(library, [said])
    one = subject.key in known_names(library) or is_well_known(subject.said)  # Marks and Spencer are one
    if not one and (found := several(subject, lambda names: subjects_of_names(library, names))):
        return found
    if subject.kind == "theme" and (kind := kind_of(subject.said)):
        subject = or_named(subject, subjects_of_names(library, kind.names))
    if subject.kind == "name" or not by_meaning:
        return subject
    memory, key = memory_of(library), (subject.said, True)
    with memory.lock:
        if (found := memory.subjects.get(key)) is None:
            found = _by_meaning(library, subject)
        _remember(memory, key, found)
        return found


def subjects_of_names(library: Library, said: Sequence[str]) -> list[Subject]:
    """Each name, or theme by its words alone, in few passes over the posts."""
    memory = memory_of(library)
    plain = [_plain(each) for each in said]
    with memory.lock:
        known = {name: found for name in plain if (found := memory.subjects.get((name, False)))}
        for name, found in known.items():
            _remember(memory, (name, False), found)
        missing = [name for name in dict.fromkeys(plain) if name not in known]
        for start in range(0, len(missing), AT_ONCE):
            for subject in _resolved(library, missing[start : start + AT_ONCE]):
                known[subject.said] = subject
                _remember(memory, (subject.said, False), subject)
    return [known[name] for name in plain]


def _remember(memory: _Memory, key: tuple[str, bool], subject: Subject) -> None:
    """Keeps a subject, and forgets the one that was asked for longest ago."""
    memory.subjects[key] = subject
    memory.subjects.move_to_end(key)
    while len(memory.subjects) > REMEMBERED:
        memory.subjects.popitem(last=False)


def memory_of(library: Library) -> _Memory:
    with _OPENING:
        return _MEMORIES.setdefault(library.facts, _Memory())


def table_of(library: Library, subject: Subject) -> str:
    """The name of a table of the posts about ``subject``: id, negative, neutral, positive (empty where not tagged).

    It is there for as long as ``subject`` lives, so whoever keeps the name keeps the subject (``Selection.subjects``):
    what is remembered is forgotten while others still ask.
    """
    import pandas as pd

    memory = memory_of(library)
    with memory.lock:
        if (known := memory.tables.get(subject)) is None:
            near = pd.DataFrame({"id": list(subject.near)}, dtype=object)
            rows = pd.concat([subject.posts[["id", "negative", "neutral", "positive"]], near], ignore_index=True)
            known = memory.tables[subject] = library.facts.keep(rows, owner=subject)
        return known


def known_names(library: Library) -> dict[str, KnownName]:
    """Every name that is tagged in these posts, by its canonical form."""
    memory = memory_of(library)
    with memory.lock:
        if memory.names is None:
            rows = library.facts.rows(
                "SELECT canonical, mode(text ORDER BY text), mode(type ORDER BY type), count(*) FROM mentions "
                "GROUP BY 1"
            )
            memory.names = {key: KnownName(*rest) for key, *rest in rows}
        return memory.names


def names_like(library: Library, name: str) -> list[str]:
    """Names in these posts that are spelled most like ``name``, as most people write them."""
    known = {key: found for key, found in known_names(library).items() if found.mentions > 1}
    return [named_in_words(known[near].text) for near in nearest_names(canonical(name), list(known))]


def _plain(said: str) -> str:
    plain = " ".join(said.split())
    if not plain:
        raise AnalystError("The topic is empty", todo="Name a brand or a subject.")
    if not canonical(plain):
        raise AnalystError(f"The topic '{short(plain)}' names nothing", todo="Name a brand or a subject.")
    return plain


def spelling_here(library: Library, name: str) -> Spelling:
    """How ``name`` may be spelled: a final s stays where these posts tag the name mostly with it: Vans is no van.

    A product is counted in pieces, so that its singular is the same if it is no plain word: Hokas are shoes by Hoka.
    """
    key = canonical(name)
    if not key.endswith("s"):
        return spelling(name)
    written = _written_names(library)  # the canonical forms of mentions may have lost the s already
    whole, one = written.get(key, 0), max(written.get(singular(key), 0), written.get(key[:-1], 0))
    known, single = known_names(library), singular(key)
    pieces = key in known and known[key].type == "product" and not is_plain_word(single)
    pieces = pieces and (single not in known or known[single].type in MADE)
    return spelling(name, plural=not whole or whole < one or pieces)


def _written_names(library: Library) -> dict[str, int]:
    """How often each spelling of names is tagged, without blanks and case."""
    memory = memory_of(library)
    with memory.lock:
        if not memory.written:
            for text, times in library.facts.rows("SELECT text, count(*) FROM mentions GROUP BY 1"):
                memory.written[canonical(text)] = memory.written.get(canonical(text), 0) + times
        return memory.written


def _resolved(library: Library, names: list[str]) -> list[Subject]:
    short_ones = [name for name in names if len(name.split()) <= LONGEST_NAME]
    parts = _occurrences(library, [spelling_here(library, name) for name in short_ones]) if short_ones else []
    found = dict(zip(short_ones, parts, strict=True))
    return [_subject(library, name, found.get(name)) for name in names]


def _occurrences(library: Library, spellings: list[Spelling]) -> list[pd.DataFrame]:
    """For each name the posts with its words, by id: how they stand there, and the tone toward it where it is tagged.

    One pass of quick patterns finds the posts that may have any of the names; only these are read with care.
    """
    values = {"any": "|".join(dict.fromkeys(each.rough for each in spellings))}
    values |= {f"one{place}": each.rough for place, each in enumerate(spellings)}
    own = ", ".join(f"regexp_matches(text, $one{place})" for place in range(len(spellings)))
    matching = f"SELECT {{}}, [{own}] AS may FROM {{}} WHERE regexp_matches(text, $any)"
    posts = library.facts.rows(matching.format("id, text", "posts"), values)
    mentions = library.facts.rows(matching.format("post, text, negative, neutral, positive", "mentions"), values)
    barred = [barred_posts(library, each) for each in spellings]
    standing = [[row[:2] for row in posts if row[2][at] and row[0] not in no] for at, no in enumerate(barred)]
    tagged = [[row[:-1] for row in mentions if row[-1][at] and row[0] not in no] for at, no in enumerate(barred)]
    return [_figures(*each) for each in zip(spellings, standing, tagged, strict=True)]


def _figures(each: Spelling, posts: list[tuple[str, str]], mentions: list[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    standing = sorted((id_, found) for id_, text in posts if (found := each.find(text)))
    rows = pd.DataFrame(
        [(id_, found.surface, found.written, found.small) for id_, found in standing],
        columns=["id", "surface", "written", "small"],
    )
    named = [(post, *tone) for post, text, *tone in mentions if each.is_in(text)]
    tones = pd.DataFrame(named, columns=["id", *TONE]).groupby("id", as_index=False)[list(TONE)].mean()
    rows = rows.merge(tones, on="id", how="left")
    return rows.assign(tagged=rows.negative.notna(), written=rows.written.astype(bool), small=rows.small.astype(bool))


def _subject(library: Library, said: str, rows: pd.DataFrame | None) -> Subject:
    import pandas as pd

    if rows is None:  # a text, not a name
        rows = pd.DataFrame(columns=[*COLUMNS])
        return _theme(said, rows)
    shapes = Shapes(*(rows[column].to_numpy(dtype=bool) for column in Shapes._fields))
    (counts,) = shapes.counts(np.zeros(len(rows), dtype=int), 1)
    if (use := use_of(library, said, counts)) is None:
        return _theme(said, rows)
    named = use.among(shapes)
    posts, left = rows[named], int((~named).sum())
    name = as_written(said, list(posts.surface))
    how = f"posts that name {name}"
    if left:
        how += f", without {count(left, 'post')} in which it is only a word"
    return Subject(said, name, canonical(said), "name", posts[COLUMNS].reset_index(drop=True), (), left, how)


def use_of(library: Library, said: str, counts: Counts) -> Use | None:
    """How the posts with the words use them as a name; None if they are a theme here."""
    key, number = canonical(said), counts.posts
    tagged = counts.tagged / number if number else 0.0
    # At the beginning of a sentence a capital says nothing; else there are only capitals.
    capital = counts.written / counts.shown if counts.shown else float(number > 0)
    mostly = tagged >= NAME_SHARE or capital >= CAPITAL_SHARE
    words = " ".join(said.strip("#@").split())
    plain = is_plain_word(words) or (not mostly and number > 0 and is_common(words) and not is_well_known(said))
    if not plain or not number:
        unsaid = not number and not plain and (said != said.lower() or is_strange(said))
        is_name = mostly or key in known_names(library) or is_well_known(said) or unsaid
        return Use.ALL if is_name else None
    if mostly:
        # In small letters the same word can be another one: "apple" is a fruit, "nike" is not.
        sure = counts.tagged > counts.small_tagged
        if not counts.small or not sure or counts.small_tagged / counts.small >= NAME_SHARE:
            return Use.ALL
        return Use.NOT_IN_SMALL_LETTERS
    meant = counts.surely >= SURELY_SOMETIMES or is_well_known(said) or key in word_names()
    if tagged >= HARDLY_A_NAME or (meant and said != said.lower()):
        return Use.TAGGED_OR_WRITTEN
    return None


def _theme(said: str, rows: pd.DataFrame) -> Subject:
    posts = rows[COLUMNS].reset_index(drop=True)
    return Subject(said, said, canonical(said), "theme", posts, (), 0, f'posts with the words "{short(said)}"')


def _by_meaning(library: Library, theme: Subject) -> Subject:
    """A theme with the posts that are near to it in meaning."""
    near = _near(library, theme.said, set(theme.posts.id))
    how = (
        f"posts about {short(theme.said)}: {len(theme.posts):,} with the words{theme.how_named}, {len(near):,} near "
        f"in meaning (a cosine of {NEAR_ENOUGH} or more)"
    )
    return replace(theme, near=near, how=how)


def _near(library: Library, said: str, have: set[str]) -> tuple[str, ...]:
    """Posts without the words that are about a theme: near in meaning, or in the community of that name."""
    matrix = library.matrix
    near = matrix.cosines(library.embed(said)) >= NEAR_ENOUGH
    # A community of that name talks about little else.
    if (own := library.communities.get(canonical(said))) is not None:
        near |= matrix.community == matrix.communities.index(own)
    return tuple(str(matrix.ids[row]) for row in np.flatnonzero(near) if matrix.ids[row] not in have)


def as_written(said: str, surfaces: list[str]) -> str:
    """What the user wrote; if that is all small letters, the commonest spelling with a capital, if there is one."""
    written = short(said.strip().lstrip("#@"))
    spellings = sorted({surface for surface in surfaces if surface != surface.lower()})
    if written != written.lower() or not spellings:
        return written
    return short(max(spellings, key=surfaces.count))
