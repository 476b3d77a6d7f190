"""What reading posts met: which column became what, what was left out and why. Nothing is lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.posts.columns import shown
from index.posts.dates import ORDER_NAMES, DateForm
from index.posts.language import ENGLISH
from index.posts.record import Post

WANTED = ("created_at", "community", "likes", "shares", "replies")  # optional fields that answers draw on
_LACKING = {
    "created_at": "times (no trends, hours or periods)", "community": "communities", "likes": "likes",
    "shares": "shares", "replies": "replies",
}  # fmt: skip
_NAMES_SHOWN = 12
MOST_PARTS = 2_000


@dataclass
class Part:
    """How one file, list or sheet was read."""

    source: str
    section: str
    format: str
    encoding: str
    container: str
    columns: dict[str, str]
    ignored: list[str]
    dates: DateForm
    notes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # of all columns and paths

    @property
    def missing(self) -> list[str]:
        return [name for name in WANTED if name not in self.columns]


@dataclass
class Report:
    """Counts of a run. ``rows`` is what the files hold; each is a post, rejected, left out, or a duplicate."""

    parts: list[Part] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    foreign: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    emptied: Counter[tuple[str, str]] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    reposts: int = 0
    private: int = 0
    bots: int = 0
    made_ids: int = 0
    renamed: int = 0
    nameless: bool = False
    sampled: bool = False
    numbered: dict[str, None] = field(default_factory=dict)  # files whose ids only count their rows
    _further: int = 0

    @property
    def rows(self) -> int:
        return self.posts + self.duplicates + self.rejected.total() + self.left_out.total()

    def take_back(self, post: Post) -> None:
        """Count a post no longer, since it is not taken."""
        self.posts -= 1
        self.reposts -= post.reposted is not None
        self.bots -= post.bot

    def add_part(self, part: Part) -> None:
        if len(self.parts) < MOST_PARTS:
            self.parts.append(part)
        else:
            self._further += 1

    def columns(self) -> dict[str, str]:
        """Field → where it came from, over all files."""
        found: dict[str, dict[str, None]] = {}
        for part in self.parts:
            for name, column in part.columns.items():
                found.setdefault(name, {})[column] = None
        return {name: " or ".join(columns) for name, columns in found.items()}

    def ignored(self) -> list[str]:
        return list(dict.fromkeys(name for part in self.parts for name in part.ignored))

    def missing(self) -> list[str]:
        """Fields that no file has."""
        return [name for name in WANTED if self.parts and all(name in part.missing for part in self.parts)]

    def date_order(self) -> str | None:
        """The order of numeric days, the words for more than one if files differ; None where days are written
        otherwise.
        """
        orders = list(dict.fromkeys(part.dates.order for part in self.parts if part.dates.why))
        return ", ".join(orders) or None

    def lines(self) -> list[str]:
        """The report in five lines."""
        return [
            self._counted(), self._columns(), self._dates(), self._losses(), self._whose(),
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The same for ``--json`` and for the manifest."""
        return {
            "formats": _distinct(part.format for part in self.parts),
            "encodings": _distinct(part.encoding for part in self.parts),
            "rows": self.rows, "posts": self.posts, "duplicates": self.duplicates,
            "rejected": dict(self.rejected), "left_out": dict(self.left_out),
            "emptied": [[name, reason, count] for (name, reason), count in self.emptied.most_common()],
            "columns": self.columns(), "ignored": self.ignored()[:200], "missing": self.missing(),
            "date_order": self.date_order(), "notes": self.notes(), "reposts": self.reposts, "private": self.private,
            "bots": self.bots, "languages": dict(self.languages),
            "skipped": [list(pair) for pair in self.skipped[:200]],
            "made_ids": self.made_ids,
        }  # fmt: skip

    def notes(self) -> list[str]:
        """What people should know and may want to correct."""
        found = list(dict.fromkeys(note for part in self.parts for note in part.notes))
        for part in self.parts:
            if not part.dates.sure and part.dates.why:
                found.append(
                    f"dates are read as {ORDER_NAMES[part.dates.order]} ({part.dates.why}); say --date-order if they "
                    "are not"
                )
                break
        if self.nameless:
            found.append("the export does not name whose it is; say --author NAME")
        if self.made_ids:
            found.append(f"{self.made_ids:,} posts without an id of their own got one, made from what they say")
        if self.renamed:
            found.append(f"{self.renamed:,} ids stood for different posts and were told apart")
        return found

    def _counted(self) -> str:
        formats = " and ".join(_distinct(part.format for part in self.parts)) or "nothing"
        how = _distinct(word for part in self.parts for word in (part.encoding, *part.container.split(", ")))
        sizes = [
            f"{self.posts:,} posts", f"{self.rejected.total():,} rejected", f"{self.duplicates:,} duplicates",
            f"{self.left_out.total():,} left out",
        ]  # fmt: skip
        start = "The first " if self.sampled else ""
        return f"Read as {formats} ({', '.join(how)}): {start}{self.rows:,} rows = {' + '.join(sizes)}."

    def _columns(self) -> str:
        columns = self.columns()
        said = ", ".join(name if name == column else f"{name} from {shown(column)}" for name, column in columns.items())
        ignored, missing = self.ignored(), [_LACKING[name] for name in self.missing()]
        rest = f" Ignored: {_few(ignored)}." if ignored else ""
        return f"Columns: {said}.{rest}" + (f" Answers will lack {', '.join(missing)}." if missing else "")

    def _dates(self) -> str:
        forms = _distinct(
            f"{ORDER_NAMES[part.dates.order]} ({part.dates.why})" for part in self.parts if part.dates.why
        )
        said = f"Days are {' and '.join(forms)}; " if forms else ""
        return _sentence(f"{said}times without a zone are UTC. {'. '.join(map(_sentence_start, self.notes()))}")

    def _losses(self) -> str:
        parts = [f"{count:,} × {reason}" for reason, count in self.rejected.most_common(5)]
        left = [f"{count:,} × {reason}" for reason, count in self.left_out.most_common(5)]
        empty = [f"{name} of {count:,} ({reason})" for (name, reason), count in self.emptied.most_common(5)]
        skipped = [f"{_short(name)} ({reason})" for name, reason in self.skipped]
        skipped += [f"{count:,} {kind} files" for kind, count in self.foreign.most_common(4)]
        said = [
            f"Rejected: {'; '.join(parts)}." if parts else "", f"Left out: {'; '.join(left)}." if left else "",
            f"Emptied or mended: {'; '.join(empty)}." if empty else "",
            f"Skipped: {_few(skipped, 6)}." if skipped else "",
        ]  # fmt: skip
        return " ".join(filter(None, said)) or "Nothing was rejected, left out or emptied."

    def _private_left(self) -> bool:
        return any(reason.startswith("not public") for reason in self.left_out)

    def _whose(self) -> str:
        parts = [f"{self.reposts:,} are reposts of others' words"] if self.reposts else []
        if self.private:
            parts.append(
                f"{self.private:,} are not public, and {'left out' if self._private_left() else 'taken as asked'}"
            )
        if self.bots:
            parts.append(f"{self.bots:,} are by accounts that are no people")
        known = self.languages.total()
        foreign = known - self.languages[ENGLISH] - self.languages["?"]
        if self.languages:
            spoken = ", ".join(f"{count:,} {name}" for name, count in self.languages.most_common(6))
            parts.append(f"languages: {spoken}")
        if foreign:
            parts.append(f"{foreign:,} of {known:,} posts are not English: tone and names were not made for them")
        return (
            _sentence("; ".join(parts)) if parts else "Every post is its author's own, public, and of unknown language."
        )


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _few(names: Sequence[str], most: int = _NAMES_SHOWN) -> str:
    said = ", ".join(shown(name, 110) for name in names[:most])
    return said + (f" and {len(names) - most:,} more" if len(names) > most else "")


def _short(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2] or name


def _sentence_start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".;")
    return f"{_sentence_start(text)}." if text else ""


def columns_told(columns: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Field → source in the order of the fields, ``more`` in place of ``columns`` where both know."""
    from index.posts.record import FIELDS

    both = {**columns, **more}
    return {name: both[name] for name in FIELDS if name in both}
