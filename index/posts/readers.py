"""Reading: files → sections → rows of fields → posts, rejects and what is left out; every row is one of them."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2s
from typing import Any

from index.errors import AnalystError
from index.posts.columns import SPELLINGS, columns_of, getter, normal
from index.posts.dates import DateVote, Order
from index.posts.documents import Section, document_of, is_lines, lines_of, loads
from index.posts.files import Source, expand, sources_of
from index.posts.formats.base import Context, Format, Left, Row, Sample
from index.posts.formats.plain import PLAIN, TITLED
from index.posts.formats.registry import is_post, recognise, skip_reason
from index.posts.record import REQUIRED, LeftOut, Post, Rejected
from index.posts.report import Part, Report, columns_told
from index.posts.shape import Forms, forms_of, post_of
from index.posts.streams import Content, OnBytes, check_text, open_content
from index.posts.tables import csv_of, parquet_of, workbook_of

__all__ = ["Options", "columns_of", "expand", "read_posts", "read_rows"]
RAW_SHOWN = 300
_HEAD = 1_000  # rows by which columns are told
_HEAD_BYTES = 1 << 23  # of a file of long lines, fewer
_JSON, _LINES = (".json", ".js"), (".jsonl", ".ndjson")
_NOT_PUBLIC = ("direct", "followers")


@dataclass(frozen=True)
class Options:
    """What the user says about the files. ``columns`` is field → column or dotted path, ``author`` who wrote what has
    no author, ``names`` the columns of a table without a header, ``limit`` the most rows to read of a file.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    author: str | None = None
    date_order: Order | None = None
    names: tuple[str, ...] = ()
    encoding: str | None = None
    include_private: bool = False
    strict: bool = False  # a file that holds no posts ends the run instead of being skipped
    limit: int | None = None


def read_posts(
    sources: Sequence[str],
    *,
    columns: Mapping[str, str] | None = None,
    on_bytes: OnBytes = lambda count: None,
    options: Options | None = None,
    report: Report | None = None,
) -> Iterator[Post | Rejected]:
    """Posts and rejects of all ``sources`` in order, streaming; files, folders and ZIP archives.

    ``columns`` overrides the guessed columns, field → column or path. ``report`` is told of everything that was met.
    Raises AnalystError if a file cannot be read at all; one that a pattern, a folder or an archive holds beside others
    is skipped and told.
    """
    options = options or Options()
    options = replace(options, columns={**options.columns, **(columns or {})})
    report = report if report is not None else Report()
    unknown = sorted(set(options.columns) - set(SPELLINGS))
    if unknown:
        raise AnalystError(f"--map knows no field {unknown[0]!r}", todo=f"The fields are: {', '.join(SPELLINGS)}.")
    first: AnalystError | None = None
    for source in sources_of(sources, report.foreign):
        try:
            yield from _read_source(source, options, on_bytes, report)
        except AnalystError as error:
            if source.given or options.strict:
                raise
            first = first or error
            report.skipped.append((source.name, error.what))
    if first is not None and not report.parts:
        raise first
    if not report.parts:
        raise AnalystError("There are no posts here", where=", ".join(sources), todo="Name the files of the export.")


def _read_source(source: Source, options: Options, on_bytes: OnBytes, report: Report) -> Iterator[Post | Rejected]:
    content = open_content(source)
    if options.encoding:
        content = replace(content, encoding=_known_encoding(options.encoding), fallback=options.encoding)
    reading = _Reading(content, options, report)
    first: AnalystError | None = None
    for section in _sections(content, options, on_bytes):
        try:
            yield from reading.section(section)
        except _NoPosts as error:
            first = first or error
            if reading.read or section.path:
                report.skipped.append((f"{source.name}: {section.path}" if section.path else source.name, error.what))
    if not reading.read:
        raise first or AnalystError(
            "The file holds no rows of posts",
            where=source.name,
            todo="Readable are JSONL, CSV, Excel, Parquet and platform exports.",
        )


def _known_encoding(name: str) -> str:
    import codecs

    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise AnalystError(f"There is no encoding {name!r}", todo="Try utf-8, utf-16, cp1252 or latin-1.") from error


class _NoPosts(AnalystError):
    """A section that holds no posts."""


def _sections(content: Content, options: Options, on_bytes: OnBytes) -> Iterator[Section]:
    """The sections of a file, by its content."""
    head, suffixes, name = content.head, content.source.suffixes, content.source.name
    if head.startswith(b"PAR1") or (".parquet" in suffixes and not head.lstrip()[:1] in b"{["):
        yield parquet_of(content, on_bytes)
        return
    if head.startswith(b"PK\x03\x04"):
        on_bytes(content.source.size)
        yield from workbook_of(content)
        return
    check_text(content)
    start = head.lstrip()[:1]
    last = next((suffix for suffix in reversed(suffixes) if suffix in (*_JSON, *_LINES)), "")
    if (start == b"{" and is_lines(content)) or (start not in (b"[", b"{") and _mostly_objects(head)) or last in _LINES:
        yield lines_of(content, on_bytes)
    elif start in (b"[", b"{") or last == ".js" or _is_script(head):
        yield from document_of(content, on_bytes, is_post)
    elif last == ".json":
        raise _no_document(content, name)
    else:
        yield csv_of(content, on_bytes, options.names)


def _is_script(head: bytes) -> bool:
    from index.posts.documents import ASSIGNMENT

    return ASSIGNMENT.match(head[:300].decode("utf-8", "replace")) is not None


def _mostly_objects(head: bytes) -> bool:
    lines = [line.lstrip() for line in head.splitlines()[:20] if line.strip()]
    return len(lines) > 1 and sum(line.startswith(b"{") for line in lines) > len(lines) / 2


def _no_document(content: Content, name: str) -> AnalystError:
    try:
        loads(content.head, content.decoded)
    except (ValueError, RecursionError):
        return AnalystError("The file is not JSON", where=name, todo="Export it again.")
    return AnalystError("The file holds no rows of posts", where=name, todo="Export the posts again as CSV or JSONL.")


class _Reading:
    """One file being read, section by section."""

    def __init__(self, content: Content, options: Options, report: Report) -> None:
        self._content, self._options, self._report = content, options, report
        self._source = content.source
        self._scope = blake2s(content.head[:65536], digest_size=4).hexdigest()
        self._number = 0
        self.read = False

    def section(self, section: Section) -> Iterator[Post | Rejected]:
        """The posts of a section. Raises _NoPosts if it holds none."""
        head = _beginning(section.items)
        items = [item for item in head if isinstance(item, dict)]
        sample = Sample(section.path, section.head, section.header, items)
        if items and (reason := skip_reason(sample)):
            raise _NoPosts(f"It holds no posts of the owner: {reason}", where=self._source.name, todo=_OTHER_FILE)
        form = recognise(sample) if items else PLAIN
        rows, told = self._rows(form, sample, section)
        first = [found for item in items for found in rows(item)]
        fields = [found for found in first if isinstance(found, dict)]
        vote = DateVote()
        vote.add(row.get("created_at") for row in fields)
        if vote.undecided and self._options.date_order is None and self._options.limit is None:
            vote = self._whole_vote(section, rows)
        forms = forms_of(
            fields,
            vote,
            order=self._options.date_order,
            now=self._source.moment,
            european=section.european,
            markup=form.markup,
        )
        self.read = True
        self._report.add_part(self._part(section, sample, form, forms, told))
        yield from self._posts(itertools.chain(head, section.items), rows, forms)

    def raw(self, section: Section) -> Iterator[dict[str, Any] | str]:
        """The rows of a section before they are posts."""
        head = _beginning(section.items)
        items = [item for item in head if isinstance(item, dict)]
        sample = Sample(section.path, section.head, section.header, items)
        form = recognise(sample) if items else PLAIN
        both = itertools.chain(head, section.items)
        if form is PLAIN:
            yield from both
            return
        rows, _ = self._rows(form, sample, section)
        for item in both:
            for row in [item] if isinstance(item, str) else rows(item):
                yield row if isinstance(row, (dict, str)) else row.reason

    def _rows(
        self, form: Format, sample: Sample, section: Section
    ) -> tuple[Callable[[Mapping[str, Any]], Sequence[Row | Left]], dict[str, str]]:
        """A function that turns an item into rows, and field → column for the report."""
        overrides = self._options.columns
        context = Context(self._source, section.path, section.head, self._options.author, {"scope": self._scope})
        names, columns = columns_of(sample.items, overrides if form is PLAIN else {}, form.spellings)
        finish = form.finish
        if form is PLAIN:
            columns = self._checked(columns, names, sample)
            finish = self._titled(context, sample, columns)
        looks = [(name, getter(column)) for name, column in columns.items()]
        own = dict(columns) if form is PLAIN else {**columns, **form.columns}
        extra = [(name, _override(own, name, path)) for name, path in overrides.items()] if form is not PLAIN else []
        extra = [(name, look) for name, look in extra if look is not None]
        if form is not PLAIN:
            self._check_overrides(overrides, names, own)
        author = self._options.author
        simple = not any("." in column for column in columns.values())
        plain = list(columns.items())

        def rows(item: Mapping[str, Any]) -> Sequence[Row | Left]:
            fields: Row = {n: item.get(c) for n, c in plain} if simple else {n: look(item) for n, look in looks}
            found: Any = fields if finish is None else finish(fields, item, context)
            several = [found] if isinstance(found, (dict, Left)) else found
            for row in several:
                if isinstance(row, dict):
                    for name, look in extra:
                        row[name] = look(item)
                    if author is not None and not row.get("author"):
                        row["author"] = author
            return several

        self._context = context
        told = {**own, **{name: path for name, path in overrides.items()}}
        if author is not None and "author" not in columns:
            told["author"] = "--author"
        return rows, told

    def _checked(self, columns: dict[str, str], names: list[str], sample: Sample) -> dict[str, str]:
        """The columns of plain rows. Raises _NoPosts if they can be no posts."""
        where = self._source.name
        if not sample.items:
            raise _NoPosts(
                "The file holds no rows of posts",
                where=where,
                todo="Readable are JSONL, CSV, Excel, Parquet and platform exports.",
            )
        for name, column in self._options.columns.items():
            look = getter(column)
            if column not in names and all(look(item) is None for item in sample.items):
                raise _NoPosts(_no_column(name, names), where=where, todo=f"Say which one it is with `--map {name}=COLUMN`.")
        if self._source.container and any("." in columns.get(name, "") for name in ("text", "author")):
            raise _NoPosts("It holds no posts of a kind that is known", where=where, todo=_OTHER_FILE)
        if "column_1" in sample.header and not {"text", "author"} <= columns.keys():
            raise _NoPosts(
                f"The table has no header; its first row has {len(sample.header)} cells",
                where=where,
                todo="Name its columns: `--columns id,author,text,created_at`, a dash for each that is nothing.",
            )
        if self._options.author is not None:
            columns = {name: column for name, column in columns.items() if name != "author" or column != columns.get("id")}
        for name in REQUIRED[1:]:
            if name not in columns and not (name == "author" and self._options.author):
                hint = " or `--author NAME`" if name == "author" else ""
                raise _NoPosts(_no_column(name, names), where=where, todo=f"Say which one it is with `--map {name}=COLUMN`{hint}.")
        return columns

    def _titled(self, context: Context, sample: Sample, columns: Mapping[str, str]) -> Any:
        """How headlines join their texts, None where the table has none of its own for each post."""
        title = next((name for name in ("title", "Title", "headline", "Headline") if any(name in item for item in sample.items)), None)
        if title is None or title in columns.values() or "text" in self._options.columns:
            return None
        said = [item.get(title) for item in sample.items if isinstance(item.get(title), str) and item.get(title)]
        if len(said) < 2 or len(set(said)) < 0.9 * len(said):
            return None  # the title of the video or page that all of them stand under
        context.memo["title"] = title
        return TITLED

    def _check_overrides(self, overrides: Mapping[str, str], names: list[str], own: Mapping[str, str]) -> None:
        for name, path in overrides.items():
            if path not in names and path != name and path not in own.values() and not any(n.startswith(f"{path}.") for n in names):
                raise AnalystError(
                    _no_column(name, names), where=self._source.name, todo=f"Say which one it is with `--map {name}=COLUMN`."
                )

    def _whole_vote(self, section: Section, rows: Callable[[Mapping[str, Any]], Sequence[Row | Left]]) -> DateVote:
        """The dates of all of a section, from a second reading: the beginning cannot tell their order."""
        vote = DateVote()
        for again in _sections(self._content, self._options, lambda count: None):
            if again.path == section.path:
                found = (row for item in again.items if isinstance(item, dict) for row in rows(item))
                vote.add(row.get("created_at") for row in found if isinstance(row, dict))
                break
        return vote

    def _part(self, section: Section, sample: Sample, form: Format, forms: Forms, told: Mapping[str, str]) -> Part:
        names = [name for name in sample.header] or columns_of(sample.items, {}, {})[0]
        used = set(told.values())
        words = " ".join(map(normal, told.values()))
        ignored = [name for name in names if name not in used and normal(name.rpartition(".")[2]) not in words]
        container = ", ".join(filter(None, [self._source.container.upper().replace("FOLDER", "folder"), self._content.packing, *section.told]))
        encoding = {"utf-8": "UTF-8"}.get(self._content.encoding, self._content.encoding.upper())
        if self._content.encoding == "utf-8" and self._content.fallback != "cp1252" or not _all_utf8(self._content):
            encoding = f"{self._content.fallback}, by its letters"
        return Part(
            self._source.name, section.path, form.name, encoding, container, columns_told(told, {}), ignored, forms.dates
        )

    def _posts(self, items: Iterator[Any], rows: Any, forms: Forms) -> Iterator[Post | Rejected]:
        source, report, limit = self._source.name, self._report, self._options.limit
        open_door, emptied = self._options.include_private, report.emptied
        number = self._number

        def fault(name: str, reason: str) -> None:
            emptied[name, reason] += 1

        for item in items:
            if limit is not None and number >= limit:
                report.sampled = True
                break
            if isinstance(item, str):
                number += 1
                reason, _, raw = item.partition("\n")
                yield self._rejected(number, reason, raw)
                continue
            for row in rows(item):
                number += 1
                if not isinstance(row, dict):
                    yield self._left_out(number, row.reason, item)
                    continue
                try:
                    post = post_of(row, forms, fault, lambda made: self._made_id(made, number))  # noqa: B023
                except ValueError as error:
                    yield self._rejected(number, str(error), item)
                    continue
                if post.visibility in _NOT_PUBLIC:
                    report.private += 1
                    if not open_door:
                        yield self._left_out(number, f"not public ({post.visibility})", item)
                        continue
                report.posts += 1
                report.reposts += post.reposted is not None
                report.bots += post.bot
                yield post
        self._number = number
        report.nameless |= bool(self._context.memo.get("nameless"))

    def _made_id(self, post: Post, number: int) -> str:
        """An id made from what a post says; where it has no time, also from where it stands."""
        self._report.made_ids += 1
        place = "" if post.created_at else f"{self._scope}/{number}"
        said = "\x1f".join((post.author, post.created_at.isoformat() if post.created_at else place, post.text))
        return "made-" + blake2s(said.encode("utf-8", "replace"), digest_size=8).hexdigest()

    def _rejected(self, number: int, reason: str, item: Any) -> Rejected:
        self._report.rejected[reason.partition(":")[0]] += 1
        return Rejected(self._source.name, number, reason, _raw(item))

    def _left_out(self, number: int, reason: str, item: Any) -> LeftOut:
        self._report.left_out[reason] += 1
        return LeftOut(self._source.name, number, reason, _raw(item))


_OTHER_FILE = "Name the files that hold the posts."


def _no_column(name: str, names: Sequence[str]) -> str:
    shown = ", ".join(map(str, names[:60])) + (f" and {len(names) - 60} more" if len(names) > 60 else "")
    return f"The file has no column for the {name} of a post; its columns are: {shown}"


def _override(own: Mapping[str, str], name: str, path: str) -> Callable[[Mapping[str, Any]], Any] | None:
    """How a mapped field is looked up in the items of a platform; None where the format reads it already."""
    return None if path == name or own.get(name) == path else getter(path)


def _beginning(items: Iterator[Any]) -> list[Any]:
    """The first items, fewer where they are large."""
    head: list[Any] = []
    size = 0
    for item in itertools.islice(items, _HEAD):
        head.append(item)
        if len(head) % 10 == 1:
            size += 10 * len(str(item)) if len(head) < 50 or size > _HEAD_BYTES // 50 else 0
            if size > _HEAD_BYTES:
                break
    return head


def _all_utf8(content: Content) -> bool:
    try:
        content.head[: len(content.head) - 4 * (not content.whole)].decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        return error.start > len(content.head) - 8 and not content.whole
    return True


def _raw(item: Any) -> str:
    if isinstance(item, str):
        return item[:RAW_SHOWN].encode("utf-8", "replace").decode()
    cells = {str(key)[:80]: str(value)[:RAW_SHOWN] if isinstance(value, str) else value for key, value in itertools.islice(item.items(), 30)}
    try:
        return json.dumps(cells, ensure_ascii=False, default=str)[:RAW_SHOWN].encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        return ""


def read_rows(source: str) -> Iterator[dict[str, Any] | str]:
    """The rows of one file, a str in place of one that cannot be read: plain rows as they stand, those of platforms as
    fields of posts. Raises AnalystError as reading.
    """
    expand([source])
    for single in sources_of([source], Counter()):
        content = open_content(single)
        reading = _Reading(content, Options(author=None), Report())
        for section in _sections(content, Options(), lambda count: None):
            yield from reading.raw(section)
