"""Every name of an index with every post that names it, counted once: what ranks names can then look at all of them.

A ranking that looks only at the names that are marked most has another leader whenever it looks at more. So all names
are counted, by the rule of ``tools.selection.subject``: the runs of words in the posts are joined with the names by a
loose spelling, and only what is found so is read with care.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from index.entities.mentions import canonical
from index.store.facts import Facts
from tools.library import Library
from tools.selection.subject import LONGEST_NAME, TONE, Shape, as_written, known_names, named_among, spelling_here

if TYPE_CHECKING:
    import pandas as pd

# Two spellings of a name are alike here if they have the same letters and digits, whatever stands between the words and
# whatever ending of a plural follows. It may take too much, never too little.
_LETTERS = r"regexp_replace(replace(lower(strip_accents({})), '&', 'and'), '[^\p{{L}}\p{{N}} ]+', '{}', 'g')"
_LOOSE = "coalesce(nullif(rtrim({0}, 'seiy'), ''), {0})"
_PAIRS = """
    WITH keys AS (SELECT DISTINCT canonical AS key, {key} AS loose FROM mentions),
    words AS (SELECT id, list_filter(string_split({text}, ' '), lambda w: w <> '') AS w FROM posts),
    runs AS ({runs}),
    found AS (SELECT DISTINCT k.key, r.id FROM runs r JOIN keys k ON k.loose = {run}
              UNION SELECT canonical, post FROM mentions)
    SELECT f.key, f.id, p.text FROM found f JOIN posts p ON p.id = f.id ORDER BY 1, 2
"""


@dataclass(frozen=True)
class _Marked:
    """A mention as it is marked in a post."""

    key: str
    text: str
    tone: tuple[float, float, float]


_TABLES: WeakKeyDictionary[Facts, str] = WeakKeyDictionary()
_COUNTING = threading.Lock()


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

    marked: dict[str, list[_Marked]] = defaultdict(list)
    for post, key, text, *tone in library.facts.rows(
        f"SELECT post, canonical, text, {', '.join(TONE)} FROM mentions ORDER BY post, start"
    ):
        marked[post].append(_Marked(key, text, (tone[0], tone[1], tone[2])))
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, id_, text in library.facts.rows(_sql()):
        pairs[key].append((id_, text))
    spellings: dict[str, list[str]] = defaultdict(list)
    for found in marked.values():
        for mention in found:
            spellings[mention.key].append(mention.text)
    rows: list[tuple[Any, ...]] = []
    seen: set[str] = set()
    for key, known in known_names(library).items():
        if (said := canonical(known.text)) and said not in seen:
            seen.add(said)
            name = as_written(known.text, spellings[key])
            rows += [(key, name, *each) for each in _posts(library, key, known.text, pairs[key], marked)]
    return pd.DataFrame(rows, columns=["key", "name", "id", *TONE]).astype(dict.fromkeys(TONE, "float64"))


def _sql() -> str:
    runs = " UNION ALL ".join(
        f"SELECT id, unnest(list_transform(range(1, len(w) - {n - 2}), lambda i: {_joined(n)})) AS run FROM words"
        for n in range(1, LONGEST_NAME + 1)
    )
    key = _LOOSE.format(_LETTERS.format("canonical", ""))
    return _PAIRS.format(key=key, text=_LETTERS.format("text", " "), runs=runs, run=_LOOSE.format("r.run"))


def _joined(words: int) -> str:
    return " || ".join(f"w[i + {n}]" for n in range(words))


def _posts(
    library: Library, key: str, name: str, pairs: list[tuple[str, str]], marked: dict[str, list[_Marked]]
) -> list[tuple[Any, ...]]:
    """The posts that name it, each with the tone toward it."""
    if all(_surely(key, marked.get(id_, ())) for id_, _ in pairs):  # nothing to decide, and to read with care is slow
        return [(id_, *_mean(m.tone for m in marked[id_] if m.key == key)) for id_, _ in pairs]
    each = spelling_here(library, name)
    found = [(id_, shown) for id_, text in pairs if (shown := each.find(text))]
    toward = [[m.tone for m in marked.get(id_, ()) if each.is_in(m.text)] for id_, _ in found]
    shapes = [Shape(bool(tones), shown.written, shown.small) for (_, shown), tones in zip(found, toward, strict=True)]
    named = named_among(library, name, shapes)
    if named is None:  # a theme as a topic; as a name it is only what is marked or written as one
        named = [shape.tagged or shape.written for shape in shapes]
    return [(id_, *_mean(tones)) for (id_, _), tones, is_name in zip(found, toward, named, strict=True) if is_name]


def _surely(key: str, marked: Iterable[_Marked]) -> bool:
    """Whether a post has the name marked, and no longer name that holds it."""
    keys = {m.key for m in marked if key in m.key}
    return keys == {key}


def _mean(tones: Iterable[tuple[float, float, float]]) -> tuple[float | None, ...]:
    rows = list(tones)
    return tuple(sum(side) / len(rows) for side in zip(*rows, strict=True)) if rows else (None,) * len(TONE)
