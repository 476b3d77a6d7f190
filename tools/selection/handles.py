"""Whom people are meant by: handles, and names of saved audiences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.audiences import Audience, key_of, read_audiences
from index.errors import AnalystError
from tools.library import Library, nearest_names
from tools.result.names import handle_in_words, named_in_words
from tools.result.words import count, listed


@dataclass(frozen=True)
class Meant:
    """``authors`` in the order in which they were named, each once; ``unknown`` handles are not in the data.

    ``audiences`` are the saved ones that were named, ``handles`` how many people were named one by one.
    """

    authors: tuple[str, ...]
    unknown: tuple[str, ...]
    audiences: tuple[str, ...]
    handles: int

    @property
    def words(self) -> str:
        """Who they are: "the 3 people given", "the people in Spring runners"."""
        named = [f"the people in {listed([*map(named_in_words, self.audiences)])}"] if self.audiences else []
        return listed([*named, *([f"the {count(self.handles, 'person', 'people')} given"] if self.handles else [])])


def people_meant(library: Library, said: Iterable[str]) -> Meant:
    """The authors behind handles and names of saved audiences; a handle with @ is a person, if there is one."""
    kept = read_audiences(library.path)
    authors: dict[str, None] = {}
    unknown: dict[str, None] = {}
    audiences: dict[str, None] = {}
    handles = set()
    for each in said:
        audience = _audience(library, kept, each)
        if audience is not None:
            audiences[audience.name] = None
            known = set(_in_data(library, audience.people))
            authors |= dict.fromkeys(user for user in audience.people if user in known)
            unknown |= dict.fromkeys(user for user in audience.people if user not in known)
        elif (author := library.find_author(each)) is not None:
            authors[author] = None
            handles.add(author)
        else:
            unknown[each.strip().lstrip("@")] = None
    return Meant(tuple(authors), tuple(unknown), tuple(audiences), len(handles))


def read_out(said: Iterable[str]) -> list[str]:
    """The same with every ``@FILE.csv`` read out."""
    return [user for each in said for user in (read_handles(Path(each[1:])) if _is_file(each) else [each])]


def read_handles(path: Path) -> list[str]:
    """The handles of a file: one a line, or the first column of a CSV (or one named handle, user or author).

    Raises AnalystError if the file cannot be read or holds none.
    """
    import csv

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AnalystError(
            f"The handles cannot be read: {reason}", where=str(path), todo="Give a text or CSV file."
        ) from error
    rows = [
        [cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)
    ]
    if not rows:
        raise AnalystError("The file holds no handles", where=str(path), todo="Write one handle a line.")
    names = [cell.casefold() for cell in rows[0]]
    column = next((place for place, name in enumerate(names) if name in ("handle", "user", "author", "username")), None)
    rows, column = (rows, 0) if column is None else (rows[1:], column)
    return [row[column] for row in rows if len(row) > column and row[column]]


def _is_file(said: str) -> bool:
    return said.startswith("@") and Path(said[1:]).suffix.lower() in (".csv", ".txt") and Path(said[1:]).is_file()


def nobody_known(library: Library, said: list[str]) -> AnalystError:
    """The error where none of the people named is in the data, with the names most like theirs."""
    kept = {each.name.casefold(): f"the audience {named_in_words(each.name)}" for each in _kept(library)}
    names = {**{key: handle_in_words(name) for key, name in library.authors.items()}, **kept}
    near = [names[each] for each in nearest_names(said[0].strip("@ ").casefold(), list(names))]
    return AnalystError(
        f"None of the {count(len(said), 'handle')} given has posted here",
        todo=f"Did you mean {listed(near)}?" if near else "Check the spelling.",
    )


def _audience(library: Library, kept: dict[str, Audience], said: str) -> Audience | None:
    if said.strip().startswith("@") and library.find_author(said) is not None:
        return None
    return kept.get(key_of(said)) if kept else None


def _kept(library: Library) -> Iterable[Audience]:
    return read_audiences(library.path).values()


def _in_data(library: Library, people: tuple[str, ...]) -> Iterable[str]:
    rows = library.facts.rows(
        "SELECT author FROM people WHERE author IN (SELECT unnest($people))", {"people": list(people)}
    )
    return (author for (author,) in rows)
