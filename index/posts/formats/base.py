"""What a format is, and what the formats of platforms share."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from index.posts.columns import MOST_PATHS, normal, paths_of
from index.posts.containers.documents import ASSIGNMENT
from index.posts.containers.files import Source

Row = dict[str, Any]  # field of a post → value as the export has it
OWNER = "archive_owner"  # who wrote what an archive holds, where nothing says it
_LOOKED_AT = 50  # items by which a kind is told
_LARGEST_NOTE = 1 << 24  # bytes of a small file beside the posts: the account, the list of users
_MOST_NOTES = 8  # of those that are kept


@dataclass(frozen=True, slots=True)
class Left:
    """Why an item is left out though it could be read."""

    reason: str


Found = Row | Left | Sequence["Row | Left"]


@dataclass(frozen=True)
class Sample:
    """The beginning of a section: where it stands, what stands around it, its columns, its first items."""

    path: str
    head: Mapping[str, Any]
    header: tuple[str, ...]
    items: Sequence[Mapping[str, Any]]

    def share(self, test: Callable[[Mapping[str, Any]], bool]) -> float:
        """Of the items, those that pass."""
        return sum(map(test, self.items)) / len(self.items) if self.items else 0.0

    def has(self, *names: str) -> bool:
        """Whether the table has all these columns, by their normal names."""
        return self._names.issuperset(names)

    def holds(self, *names: str) -> bool:
        """Whether the items, those of a table or not, have all these columns or paths, by their normal names."""
        return self._paths.issuperset(names)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(normal(name) for name in self.header[:MOST_PATHS])

    @cached_property
    def _paths(self) -> frozenset[str]:
        return self._names | frozenset(map(normal, paths_of(self.items[:_LOOKED_AT])))


class Notes:
    """Small files that lie beside those that are read, and what is made of them: of the latest few it is kept, so that
    the list of users is not read anew for each of thousands of files beside it.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Callable[[Source], Any]], Any] = OrderedDict()

    def of(self, source: Source | None, make: Callable[[Source], Any]) -> Any:
        """What ``make`` makes of a file; None where there is none, or a larger one than a note is."""
        if source is None or source.size > _LARGEST_NOTE:
            return None
        key = (source.name, make)
        if key not in self._kept:
            self._kept[key] = make(source)
            if len(self._kept) > _MOST_NOTES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


@dataclass
class Context:
    """What is known beside an item: its file, what stands around its list, whose archive it is."""

    source: Source
    path: str
    head: Mapping[str, Any]
    author: str | None = None  # --author
    memo: dict[Any, Any] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)

    def beside(self, *names: str) -> Any:
        """The JSON of the first of these files that lies beside this one, None where there is none."""
        return self.made_beside(read_note, *names)

    def made_beside(self, make: Callable[[Source], Any], *names: str) -> Any:
        """What ``make`` makes of the first of these files that lies beside this one and of which it makes something;
        None where there is none. It is asked once for each file, by however many others.
        """
        for name in names:
            if (made := self.memo.get((name, make), self)) is self:
                made = self.memo[name, make] = self.notes.of(self.source.beside(name), make)
            if made is not None:
                return made
        return None

    def text_beside(self, name: str) -> str:
        """The text of a small file that lies beside this one, "" where there is none."""
        return self.made_beside(_text, name) or ""

    def owner(self, find: Callable[[], Any], *others: Any) -> str:
        """Whose archive this is: what the user says, else what ``find`` finds, which is asked once, else the first of
        ``others``, else a name that says nothing.
        """
        if self.author:
            return self.author
        if "owner" not in self.memo:
            self.memo["owner"] = find()
        for name in (self.memo["owner"], *others):
            if isinstance(name, str) and name.strip():
                return name
        self.memo["nameless"] = True
        return OWNER


@dataclass(frozen=True)
class Page:
    """A page in HTML as the items that it shows, and what stands around them."""

    items: Iterable[Mapping[str, Any]]
    head: Mapping[str, Any]


@dataclass(frozen=True)
class Format:
    """How one kind of export is recognised and read.

    ``recognises`` looks at the beginning of a section. ``spellings`` says, as in ``spellings.SPELLINGS``, which columns
    or paths hold the fields, and what else of an item is looked up for ``finish``; this makes of them and the whole
    item what is to be read: the fields, a reason to leave the item out, or several of both. ``columns`` names, for the
    report, where ``finish`` takes fields from.
    ``archive`` says that such exports come with other files, of which none that nobody knows holds posts; ``wordless``
    why an item without text is left out, "" where it is to be rejected. ``pages`` are exports as HTML.
    The last four are for people and make the table in docs/formats.md.
    """

    name: str
    recognises: Callable[[Sample], bool]
    finish: Callable[[Row, Mapping[str, Any], Context], Found] | None = None
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    skips: Callable[[Sample], str] = lambda sample: ""  # why a section of such an export holds no posts
    whole: Callable[[Mapping[str, Any]], bool] = lambda document: False  # a document that is one item, lists and all
    markup: bool | None = False  # texts are HTML; None: where they look like it
    spoilt: bool = False  # letters are wrongly decoded
    archive: bool = False
    wordless: str = "a post without words"
    pages: Callable[[str], Page | None] | None = None
    platform: str = ""
    download: str = ""
    command: str = "analyst index FILE --out INDEX"
    leaves: str = ""


def _text(source: Source) -> str:
    with source.open() as file:
        return file.read().decode("utf-8-sig", errors="replace")


def read_note(source: Source) -> Any:
    """The JSON of a small file, None where it is none."""
    try:
        with source.open() as file:
            text = file.read().decode("utf-8-sig")
        return json.loads(ASSIGNMENT.sub("", text, count=1).strip().rstrip(";"))
    except (ValueError, RecursionError, OSError):
        return None


def pick(item: Any, *paths: str) -> Any:
    """The first of these dotted paths at which there is something; lists are entered by number."""
    for path in paths:
        value = item
        for key in path.split("."):
            if isinstance(value, Mapping):
                value = value.get(key)
            elif isinstance(value, (list, tuple)) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                value = None
            if value is None:
                break
        if value not in (None, "", [], {}):
            return value
    return None


def is_true(value: Any) -> bool:
    """Whether a value says yes, also as tables write it."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "yes", "1")) or value == 1


def with_clock(day: Any, clock: Any) -> Any:
    """A day and the time of day that stands in a column of its own, as one date; the day where it has a time."""
    if isinstance(day, datetime) and isinstance(clock, time):
        return datetime.combine(day.date(), clock)
    if clock is None or clock == "" or not isinstance(day, (str, date)) or ":" in str(day):
        return day
    return f"{day} {clock}"


def total(items: Any, key: str = "count") -> int | None:
    """The sum of the reactions to a message, None where the export holds none."""
    if not isinstance(items, list):
        return None
    counts = [item.get(key) for item in items if isinstance(item, Mapping)]
    return sum(count for count in counts if isinstance(count, int) and not isinstance(count, bool))


def texts(values: Any) -> Iterable[str]:
    """The strings of a list, nothing for anything else."""
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def first_text(values: Any) -> str | None:
    """The first string of a list, or the string itself."""
    return values if isinstance(values, str) else next(iter(texts(values)), None)
