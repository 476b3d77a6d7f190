"""Every name of an index with every post that names it, counted once: what ranks names can then look at all of them.

A ranking that looks only at the names that are marked most has another leader whenever it looks at more. So all names
are counted, by the rule of ``tools.selection.subject``: ``tools.selection.scan`` finds where they stand.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from index.entities.mentions import canonical
from index.store.facts import Facts
from tools.library import Library
from tools.selection.corrected import barred_posts
from tools.selection.scan import Names, Standing, Texts, scan
from tools.selection.spelling import Occurrence, Spelling, may_have_address
from tools.selection.subject import TONE, Counts, Shapes, Use, as_written, known_names, spelling_here, use_of

if TYPE_CHECKING:
    import pandas as pd

_TABLES: WeakKeyDictionary[Facts, str] = WeakKeyDictionary()
_COUNTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Mention:
    """A mention as it is marked in a post, told by its place; ``apart`` if it is no part of a word or an address."""

    post: int
    key: str
    text: str
    tone: tuple[float, float, float]
    apart: bool


@dataclass(frozen=True)
class _Read:
    """The posts, with and without addresses, and all mentions: by place of the post, and by key."""

    ids: list[str]
    texts: list[str]
    bare: Texts
    mentions: list[_Mention]
    of_post: dict[int, list[_Mention]]
    of_key: dict[str, list[_Mention]]


@dataclass(frozen=True)
class _Named:
    """Places of the posts that name something, and the ``tone`` (posts, 3) toward it (NaN: not marked)."""

    posts: np.ndarray
    tone: np.ndarray


def table_of_names(library: Library) -> str:
    """The table of all names: ``key`` as the mentions have it, ``name`` as most write it, ``id`` of a post that names
    it and negative, neutral and positive, the tone toward it there (empty where it is not marked).
    """
    with _COUNTING:
        if (known := _TABLES.get(library.facts)) is None:
            known = _TABLES[library.facts] = library.facts.keep(_census(library))
        return known


def _census(library: Library) -> pd.DataFrame:
    import pandas as pd

    read = _read(library)
    keys = _keys(library, read)
    texts = list(keys.values())
    spelled = [spelling_here(library, text) for text in texts]
    names = Names(texts, spelled)
    standing = scan(read.bare, names)
    plain = _plain(library, texts, names, standing, read)
    found = {
        key: plain[place] if each.forms else _other(library, key, texts[place], each, standing.perhaps.get(place), read)
        for place, (key, each) in enumerate(zip(keys, spelled, strict=True))
    }
    found = _without_barred(library, found, spelled, read)
    number = [len(named.posts) for named in found.values()]
    nothing = _Named(np.zeros(0, dtype=int), np.zeros((0, len(TONE))))
    every = [nothing, *found.values()]
    posts, tone = np.concatenate([each.posts for each in every]), np.concatenate([each.tone for each in every])
    return pd.DataFrame(
        {
            "key": np.repeat(np.array(list(found), dtype=object), number),
            "name": np.repeat(np.array(texts, dtype=object), number),
            "id": np.array(read.ids, dtype=object)[posts],
            **{side: tone[:, column] for column, side in enumerate(TONE)},
        }
    )


def _without_barred(
    library: Library, found: dict[str, _Named], spelled: Sequence[Spelling], read: _Read
) -> dict[str, _Named]:
    """The names without the posts in which somebody said by hand that they are none."""
    if not library.facts.corrections:
        return found
    place = {id_: place for place, id_ in enumerate(read.ids)}
    left = {}
    for (key, named), each in zip(found.items(), spelled, strict=True):
        stay = ~np.isin(named.posts, [place[id_] for id_ in barred_posts(library, each) if id_ in place])
        left[key] = _Named(named.posts[stay], named.tone[stay])
    return left


def _read(library: Library) -> _Read:
    posts = library.facts.rows("SELECT id, text FROM posts")
    place = {id_: place for place, (id_, _) in enumerate(posts)}
    texts = [text for _, text in posts]
    mentions = []
    of_post, of_key = defaultdict(list), defaultdict(list)
    for post, key, text, start, end, *tone in library.facts.rows(
        f'SELECT post, canonical, text, start, "end", {", ".join(TONE)} FROM mentions ORDER BY post, start'
    ):
        at = place[post]
        beside = texts[at][max(0, start - 1) : start] + texts[at][end : end + 1]
        apart = not any(map(str.isalnum, beside)) and not may_have_address(texts[at])
        mentions.append(mention := _Mention(at, key, text, (tone[0], tone[1], tone[2]), apart))
        of_post[at].append(mention)
        of_key[key].append(mention)
    return _Read(list(place), texts, Texts.of(texts), mentions, of_post, of_key)


def _keys(library: Library, read: _Read) -> dict[str, str]:
    """Each name once: its key and how it is shown, which is what other tools are asked about."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    for key, known in known_names(library).items():
        if (said := canonical(known.text)) and said not in seen:
            seen.add(said)
            found[key] = as_written(known.text, [mention.text for mention in read.of_key[key]])
    return found


def _plain(library: Library, texts: Sequence[str], names: Names, standing: Standing, read: _Read) -> list[_Named]:
    """What names of one plain word name, by place; nothing of the others."""
    size = len(read.texts)
    within = {text: names.in_text(text) for text in {mention.text for mention in read.mentions}}
    toward = [(name * size + each.post, each.tone) for each in read.mentions for name in within[each.text]]
    marked, row = np.unique([key for key, _ in toward], return_inverse=True)
    tones = np.array([tone for _, tone in toward]).reshape(len(toward), len(TONE))
    sums = [np.bincount(row, side, len(marked)) for side in tones.T]
    means = np.stack(sums, axis=1) / np.bincount(row, minlength=len(marked))[:, None]
    here = standing.name * size + standing.post
    tone = np.full((len(here), len(TONE)), np.nan)
    tagged = np.isin(here, marked)
    tone[tagged] = means[np.searchsorted(marked, here[tagged])]
    shapes = Shapes(tagged, standing.written, standing.small)
    counts = shapes.counts(standing.name, len(texts))
    uses = [_use(library, text, own) if own.posts else Use.ALL for text, own in zip(texts, counts, strict=True)]
    named = np.zeros(len(here), dtype=bool)
    for use in Use:
        here_so = np.array([own is use for own in uses], dtype=bool)[standing.name]
        named |= here_so & use.among(shapes)
    starts = np.searchsorted(standing.name[named], np.arange(1, len(texts)))
    parts = zip(np.split(standing.post[named], starts), np.split(tone[named], starts), strict=True)
    return [_Named(*part) for part in parts]


def _use(library: Library, name: str, counts: Counts) -> Use:
    """A theme as a topic, as a name it is only what is tagged or written as one."""
    return use_of(library, name, counts) or Use.TAGGED_OR_WRITTEN


def _other(library: Library, key: str, name: str, each: Spelling, perhaps: np.ndarray | None, read: _Read) -> _Named:
    """A name of several words, or signs."""
    posts = sorted({mention.post for mention in read.of_key[key]}.union(() if perhaps is None else perhaps.tolist()))
    if all(_surely(key, name.casefold(), read.of_post.get(post, ())) for post in posts):
        # There is nothing to decide, and to read with care is slow.
        tones = [[m.tone for m in read.of_post[post] if m.key == key] for post in posts]
        return _Named(np.array(posts, int), _means(tones))
    found = [(post, shown) for post in posts if (shown := _found(each, read, post))]
    tones = [[m.tone for m in read.of_post.get(post, ()) if each.is_in(m.text)] for post, _ in found]
    flags = [(bool(own), shown.written, shown.small) for own, (_, shown) in zip(tones, found, strict=True)]
    shapes = Shapes(*np.array(flags, bool).reshape(len(flags), 3).T)
    (counts,) = shapes.counts(np.zeros(len(flags), dtype=int), 1)
    named = _use(library, name, counts).among(shapes)
    return _Named(np.array([post for post, _ in found], int)[named], _means(tones)[named])


def _found(each: Spelling, read: _Read, post: int) -> Occurrence | None:
    """How the name stands in a post. A handle that is the name is no address."""
    return each.find(read.texts[post]) if post in read.bare.handles else each.find_bare(read.bare.bare[post])


def _surely(key: str, name: str, marked: Iterable[_Mention]) -> bool:
    """Whether a post has the name marked where it stands by itself, and no longer name that holds it."""
    marked = [mention for mention in marked if key in mention.key]
    return {mention.key for mention in marked} == {key} and any(
        mention.apart and mention.text.casefold() == name for mention in marked
    )


def _means(tones: Sequence[Sequence[tuple[float, ...]]]) -> np.ndarray:
    """(posts, 3) the mean of the tones of each; NaN where there are none."""
    nothing = (np.nan,) * len(TONE)
    means = [tuple(sum(side) / len(own) for side in zip(*own, strict=True)) if own else nothing for own in tones]
    return np.array(means, dtype=float).reshape(len(tones), len(TONE))
