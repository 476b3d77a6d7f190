"""Audiences that are kept: named lists of people beside the versions of an index, which outlive every rebuild of it.

They are one file, sealed and replaced as a whole, and only the one process may change it that may change the index: so
nobody who was forgotten meanwhile comes back with a list that was made before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from index.store.facts import Facts
from index.store.sealed import seal, unseal
from index.versions.durable import replace_durably
from index.versions.layout import open_version
from index.versions.locks import one_writer
from index.versions.marks import forget, is_lost, mark

NAME = "audiences.json"
LONGEST_NAME = 60  # characters
MOST_AUDIENCES = 200
MOST_PEOPLE = 10_000  # of one audience
READABLE = "Put a copy of that file back, or keep of it what can be read: `analyst check {index} --repair`."
PATIENCE = 5.0  # seconds that another change of the index may take
# What no name has: signs that part lists, quote, mark a handle or a path, break the line or turn its direction.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069,;@\"“”<>\[\]{}|`\\/=]")
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Audience:
    """``people`` in their order, kept under ``name`` since the day ``kept_on``; ``origin`` says what they were the
    result of ("Audience for Nike"), and is empty for people who were named by hand.
    """

    name: str
    people: tuple[str, ...]
    kept_on: str
    origin: str = ""


Audiences = dict[str, Audience]  # by ``key_of`` their names, in the order in which they were kept


def key_of(name: str) -> str:
    """By which an audience is found: "Spring runners", "spring_runners" and "SpringRunners" are one."""
    return _SIGNS.sub("", name.casefold())


def read_audiences(index: Path) -> Audiences:
    """All audiences of an index. Raises AnalystError if their file is not what was written."""
    try:
        there = (index / NAME).stat()
    except FileNotFoundError:
        if not is_lost(index / NAME):
            return {}
        raise AnalystError(
            f"The saved audiences cannot be read: {NAME} is gone",
            where=str(index),
            todo=READABLE.format(index=index),
        ) from None
    try:
        return dict(_read(index / NAME, there.st_ino, there.st_mtime_ns, there.st_size))
    except (ValueError, KeyError, TypeError) as error:
        raise AnalystError(
            f"The saved audiences cannot be read: {NAME} is not what was written",
            where=str(index),
            todo=READABLE.format(index=index),
        ) from error


def audience_named(index: Path, name: str) -> Audience:
    """The audience of that name. Raises AnalystError with the names that there are."""
    return _one(read_audiences(index), index, name)


def keep_audience(index: Path, name: str, people: Sequence[str], origin: str = "") -> tuple[Audience, list[str]]:
    """Keep authors under a name that is not taken yet. Those who are not in the data are left out, and also returned.

    Raises AnalystError if the name does not do or nobody is left.
    """
    name = fitting_name(name)
    with _changing(index) as (kept, facts):
        _check_free(kept, facts, index, name)
        if len(kept) >= MOST_AUDIENCES:
            raise AnalystError(f"{MOST_AUDIENCES} audiences are kept already", where=str(index), todo="Delete one.")
        found, unknown = _sifted(facts, people)
        _check_size(found, index, name)
        kept[key_of(name)] = audience = Audience(name, tuple(found), date.today().isoformat(), origin)
    return audience, unknown


def change_audience(
    index: Path, name: str, *, add: Sequence[str] = (), leave_out: Sequence[str] = ()
) -> tuple[Audience, list[str]]:
    """Add authors to an audience, or take some out. Whoever is not in the data, or not in the audience, is returned.

    Raises AnalystError if nobody would be left.
    """
    with _changing(index) as (kept, facts):
        audience = _one(kept, index, name)
        found, unknown = _sifted(facts, add)
        gone = {handle: _member(audience, handle) for handle in leave_out}
        unknown += [handle for handle, member in gone.items() if member is None]
        left = [user for user in dict.fromkeys([*audience.people, *found]) if user not in gone.values()]
        _check_size(left, index, audience.name)
        kept[key_of(name)] = changed = replace(audience, people=tuple(left))
    return changed, unknown


def rename_audience(index: Path, name: str, new: str) -> Audience:
    """Give an audience another name, which must not be taken yet."""
    new = fitting_name(new)
    with _changing(index) as (kept, facts):
        audience = _one(kept, index, name)
        if key_of(new) != key_of(name):
            _check_free(kept, facts, index, new)
        renamed = replace(audience, name=new)
        all_of_them = [renamed if each is audience else each for each in kept.values()]
        kept.clear()
        kept.update((key_of(each.name), each) for each in all_of_them)
    return renamed


def delete_audience(index: Path, name: str) -> Audience:
    """Delete an audience, and return what it was; the people stay in the data."""
    with _changing(index) as (kept, _):
        return kept.pop(key_of(_one(kept, index, name).name))


def forget_people(index: Path, people: Collection[str]) -> list[str]:
    """Take people out of all audiences, and out of what is told of their origin; returns the audiences that had them.

    One without anybody else goes. Only for the process that is changing the index (``index.versions.locks``).
    """
    kept, gone, touched = read_audiences(index), set(people), list[str]()
    left: Audiences = {}
    for key, each in kept.items():
        stay = tuple(user for user in each.people if user not in gone)
        touched += [each.name] if len(stay) < len(each.people) else []
        origin = "" if any(_says(each.origin, user) for user in gone) else each.origin
        if stay:
            left[key] = replace(each, people=stay, origin=origin)
    if left != kept:
        _write(index, left)
    return touched


def strangers(index: Path) -> dict[str, list[str]]:
    """Of each audience those people who have no posts in the data; audiences without such people are left out."""
    kept = read_audiences(index)
    if not kept:
        return {}
    version = open_version(index)
    facts = Facts(version.folder / "facts")
    try:
        found = {each.name: _sifted(facts, each.people)[1] for each in kept.values()}
    finally:
        facts.close()
        version.hold.release()
    return {name: unknown for name, unknown in found.items() if unknown}


def mend_audiences(index: Path) -> bool:
    """Keep what can be read of a file that is not what was written; returns whether there was something to mend."""
    try:
        read_audiences(index)
        return False
    except AnalystError:
        pass
    try:
        _write(index, _parsed(json.loads((index / NAME).read_bytes())))
    except (OSError, ValueError, KeyError, TypeError):
        forget(index / NAME)
    return True


def fitting_name(name: str) -> str:
    """A name on one line. Raises AnalystError if it could be taken for something else than a name."""
    plain = " ".join(name.split())
    if len(plain) > LONGEST_NAME or _UNFIT.search(plain) or len(key_of(plain)) < 2 or key_of(plain).isdecimal():
        raise AnalystError(
            f"An audience cannot be called {plain[:LONGEST_NAME]!r}",
            todo=f"Give it a name of words, such as Spring runners, of at most {LONGEST_NAME} characters.",
        )
    return plain


@lru_cache(maxsize=8)
def _read(path: Path, *state: int) -> Audiences:
    """The file in a ``state`` that never comes again."""
    return _parsed(unseal(path.read_bytes()))


def _parsed(raw: Mapping[str, Any]) -> Audiences:
    """Raises ValueError, KeyError or TypeError for what is none."""
    found = [
        Audience(str(each["name"]), tuple(map(str, each["people"])), str(each["kept_on"]), str(each["origin"]))
        for each in raw["audiences"]
    ]
    return {key_of(fitting_name(each.name)): each for each in found if each.people}


def _write(index: Path, kept: Audiences) -> None:
    if kept:
        replace_durably(index / NAME, seal({"audiences": [asdict(each) for each in kept.values()]}))
        mark(index / NAME)
    else:
        forget(index / NAME)


@contextmanager
def _changing(index: Path) -> Iterator[tuple[Audiences, Facts]]:
    """The audiences, which are written when this ends well, and the facts of the version that is committed now."""
    with one_writer(index, patience=PATIENCE):
        version, kept = open_version(index), read_audiences(index)
        facts = Facts(version.folder / "facts")
        try:
            yield kept, facts
        finally:
            facts.close()
            version.hold.release()
        try:
            _write(index, kept)
        except OSError as error:
            raise AnalystError(
                f"The audience cannot be kept: {error.strerror or error}",
                where=str(index),
                todo="Check that there is room and that you may write there.",
            ) from error


def _one(kept: Audiences, index: Path, name: str) -> Audience:
    if (found := kept.get(key_of(name))) is not None:
        return found
    names = ", ".join(each.name for each in list(kept.values())[:20])
    raise AnalystError(
        f"There is no audience called {' '.join(name.split())[:LONGEST_NAME]!r}",
        where=str(index),
        todo=f"The saved audiences are: {names}." if names else "None is saved yet.",
    )


def _check_free(kept: Audiences, facts: Facts, index: Path, name: str) -> None:
    if (there := kept.get(key_of(name))) is not None:
        raise AnalystError(
            f"There is an audience called {there.name!r} already",
            where=str(index),
            todo="Choose another name, add people to that one, or delete it.",
        )
    if facts.rows("SELECT 1 FROM people WHERE lower(author) = lower($name) LIMIT 1", {"name": name}):
        raise AnalystError(
            f"{name!r} is the handle of a person in these posts", where=str(index), todo="Choose another name."
        )


def _check_size(people: Sequence[str], index: Path, name: str) -> None:
    if not people:
        raise AnalystError(
            f"Nobody would be in {name}", where=str(index), todo="Give handles of people who have posted here."
        )
    if len(people) > MOST_PEOPLE:
        raise AnalystError(
            f"{len(people):,} people are too many for an audience", where=str(index), todo=f"Keep {MOST_PEOPLE:,}."
        )


def _sifted(facts: Facts, people: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those who are in the data, each once, and those who are not."""
    rows = facts.rows("SELECT author FROM people WHERE author IN (SELECT unnest($people))", {"people": list(people)})
    known = {author for (author,) in rows}
    each = list(dict.fromkeys(people))
    return [user for user in each if user in known], [user for user in each if user not in known]


def _member(audience: Audience, handle: str) -> str | None:
    """The member that a handle means, to the letter or else in any case."""
    if handle in audience.people:
        return handle
    return next((user for user in audience.people if user.casefold() == handle.casefold()), None)


def _says(words: str, user: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(user)}(?!\w)", words, re.IGNORECASE) is not None
