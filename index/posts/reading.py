"""One file being read: its sections as rows of fields, the forms of its columns, and what each row is in the end."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from hashlib import blake2s
from typing import Any

from index.errors import AnalystError
from index.posts.by_values import author_in, made_fields, names_authors, with_dates
from index.posts.columns import Getter, columns_of, getter, normal, shown
from index.posts.containers.documents import Section
from index.posts.containers.sections import sections_of
from index.posts.containers.streams import Content
from index.posts.dates import DateVote, zone_named
from index.posts.formats.base import Context, Format, Left, Notes, Row, Sample
from index.posts.formats.plain import PLAIN, finish_of
from index.posts.formats.registry import recognise, skip_reason
from index.posts.options import Options
from index.posts.record import FIELDS, NOT_PUBLIC, REQUIRED, LeftOut, Post, Rejected
from index.posts.report import Part, Report, columns_told
from index.posts.shape import NO_TEXT, Forms, forms_of, post_of
from index.posts.unfolding import envelope, is_flattened, list_path, nested, opened_at, unfolded

RAW_SHOWN = 300
_ROWS_SHOWN, _NAMES_SHOWN = 20, 300  # where a column is to be chosen by hand
_HEAD = 1_000  # rows by which columns are told
_HEAD_BYTES = 1 << 23  # of a file of long lines, fewer
_COUNTED = 5  # ids by which counting is told
Rows = Callable[[Mapping[str, Any]], Sequence[Row | Left | str]]
# What a value of another kind than a platform writes raises somewhere in a format: it costs its item, never the run.
_MISSHAPEN = (TypeError, AttributeError, KeyError, IndexError, ValueError, RecursionError)


class NoPosts(AnalystError):
    """A section that holds no posts."""


class NoColumn(NoPosts):
    """A table or list of objects in which a field that is needed is not found: all ``names`` of columns and paths, the
    ``columns`` that were told, the fields that are ``missing``, and the first ``rows``.
    """

    names: Sequence[str] = ()
    columns: Mapping[str, str] = {}
    missing: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()


class Reading:
    """One file being read, section by section. ``known_only`` asks for what a platform wrote, and nothing else."""

    def __init__(
        self, content: Content, options: Options, report: Report, known_only: bool = False, notes: Notes | None = None
    ) -> None:
        self._content, self._options, self._report = content, options, report
        self._notes = notes or Notes()
        self._again: Iterator[Section] | None = None  # the sections, read a second time
        self._known_only = known_only
        self._source = content.source
        self._scope = blake2s(content.head[:65536], digest_size=4).hexdigest()
        self._number = 0
        self._prefix = ""
        self.read = self.full = False  # whether it holds posts; whether as many were read as were wanted
        self.archive = False  # whether it is of a platform's own archive
        self.unknown = False  # whether it holds rows that are no platform's, and were not to be read

    def section(self, section: Section) -> Iterator[Post | Rejected]:
        """The posts of a section. Raises NoPosts if it holds none."""
        section, head, sample, form = _opened(section)
        if sample.items and (reason := skip_reason(sample)):
            raise NoPosts(f"It holds no posts of the owner: {reason}", where=self._source.name, todo=_OTHER_FILE)
        if form is PLAIN and self._known_only:
            self.unknown = True
            raise NoPosts("It holds no posts of a kind that is known", where=self._source.name, todo=_OTHER_FILE)
        rows, told = self._rows(form, sample, section)
        first = [found for item in sample.items for found in rows(item)]
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
            spoilt=form.spoilt,
            zone=zone_named(told.get("created_at", "")) or UTC,
        )
        self.read, self.archive = True, self.archive or form.archive
        self._prefix = self._numbering(fields)
        told = {**made_fields(told, sample.items, rows, self._looked_up), **told}
        self._report.add_part(self._part(section, sample, form, forms, told))
        yield from self._posts(itertools.chain(head, section.items), rows, forms, form.wordless)

    def _numbering(self, fields: Sequence[Row]) -> str:
        """What must stand before ids that only count the rows of their file, where another file counted before."""
        numbers = [str(row.get("id", "")) for row in fields[:100]]
        start = next(
            (first for first in (0, 1) if numbers == [str(first + step) for step in range(len(numbers))]), None
        )
        if start is None or len(numbers) < _COUNTED:
            return ""
        known = self._report.numbered
        known[self._scope] = None
        return f"{self._scope}/" if len(known) > 1 and next(iter(known)) != self._scope else ""

    def _rows(self, form: Format, sample: Sample, section: Section) -> tuple[Rows, dict[str, str]]:
        """A function that turns an item into rows, and field → column for the report."""
        overrides = {name: column for name, column in self._options.columns.items() if column}
        unused = self._options.columns.keys() - overrides
        memo: dict[Any, Any] = {"scope": self._scope}
        context = Context(self._source, section.path, section.head, self._options.author, memo, self._notes)
        names, columns = columns_of(sample.items, overrides if form is PLAIN else {}, form.spellings)
        self._joined: list[str] = []
        finish = form.finish
        columns = {n: c for n, c in columns.items() if n not in unused}
        columns = with_dates(columns, form, unused, names, sample)
        if form is PLAIN:
            columns = self._checked(columns, names, sample)
            finish, self._joined = finish_of(columns, sample.items, overrides)
            columns = columns if finish is not None else {n: c for n, c in columns.items() if n in FIELDS}
        looks = [(name, getter(column)) for name, column in columns.items()]
        own = dict(columns) if form is PLAIN else {**columns, **form.columns}
        mapped = [] if form is PLAIN else self._mapped(overrides, unused, names, own)
        author = self._options.author
        simple = not any("." in column or "/" in column for column in columns.values())
        plain = list(columns.items())

        def rows(item: Mapping[str, Any]) -> Sequence[Row | Left | str]:
            fields: Row = {n: item.get(c) for n, c in plain} if simple else {n: look(item) for n, look in looks}
            try:
                found: Any = fields if finish is None else finish(fields, item, context)
            except _MISSHAPEN:
                return (f"not in the shape of {form.name}\n{_raw(item)}",)
            several = [found] if isinstance(found, (dict, Left)) else found
            for row in several:
                if isinstance(row, dict):
                    for name, look in mapped:
                        row[name] = look(item)
                    if not row.get("author"):
                        row["author"] = author if author is not None else author_in(row.get("url"))
            return several

        self._context, self._looked_up = context, set(columns.values())
        told = {name: column for name, column in {**own, **overrides}.items() if name not in unused}
        if "author" not in told:
            told["author"] = "--author" if author is not None else f"the address ({told.get('url')})"
        return rows, told

    def _checked(self, columns: dict[str, str], names: list[str], sample: Sample) -> dict[str, str]:
        """The columns of plain rows. Raises NoPosts if they can be no posts."""
        where = self._source.name
        if not sample.items:
            raise NoPosts(
                "The file holds no rows of posts",
                where=where,
                todo="Readable are JSONL, CSV, Excel, Parquet and platform exports.",
            )
        for name, column in self._options.columns.items():
            look = getter(column)
            if column and column not in names and all(look(item) is None for item in sample.items):
                raise NoPosts(
                    _no_column(name, names), where=where, todo=f"Say which one it is with `--map {name}=COLUMN`."
                )
        if self._options.author is not None:
            columns = {
                name: column for name, column in columns.items() if name != "author" or column != columns.get("id")
            }
        named = self._options.author or ("url" in columns and names_authors(columns["url"], sample))
        missing = [name for name in REQUIRED[1:] if name not in columns and (name != "author" or not named)]
        if missing:
            raise self._without(missing, columns, names, sample)
        return columns

    def _without(
        self, missing: Sequence[str], columns: Mapping[str, str], names: Sequence[str], sample: Sample
    ) -> NoColumn:
        if "column_1" in sample.header and all(name.startswith("column_") for name in sample.header):
            what = f"The table has no header; its first row has {len(sample.header)} cells"
            todo = "Name its columns: `--columns id,author,text,created_at`, a dash for each that is nothing."
        else:
            name = missing[0]
            hint = " or `--author NAME`" if name == "author" else ""
            what, todo = _no_column(name, names), f"Say which one it is with `--map {name}=COLUMN`{hint}."
        error = NoColumn(what, where=self._source.name, todo=todo)
        error.names, error.columns, error.missing = names, columns, missing
        error.rows = sample.items[:_ROWS_SHOWN]
        return error

    def _mapped(
        self, overrides: Mapping[str, str], unused: Iterable[str], names: list[str], own: Mapping[str, str]
    ) -> list[tuple[str, Getter]]:
        """How fields that are mapped by hand are looked up in the items of a platform, nothing where none is to be."""
        for name, path in overrides.items():
            if (
                path not in names
                and path != name
                and path not in own.values()
                and not any(n.startswith(f"{path}.") for n in names)
            ):
                raise AnalystError(
                    _no_column(name, names),
                    where=self._source.name,
                    todo=f"Say which one it is with `--map {name}=COLUMN`.",
                )
        found = [(name, _override(own, name, path)) for name, path in overrides.items()]
        nothing: list[tuple[str, Getter]] = [(name, lambda item: None) for name in unused]
        return [*((name, look) for name, look in found if look is not None), *nothing]

    def _whole_vote(self, section: Section, rows: Rows) -> DateVote:
        """The dates of all of a section, from a second reading: the beginning cannot tell their order. However many
        sections need it, the file is read a second time, and not once for each.
        """
        vote = DateVote()
        self._again = self._again or sections_of(self._content, self._options.names, lambda count: None)
        for again in self._again:
            opened, head, *_ = _opened(again)
            if opened.path == section.path:
                items = itertools.chain(head, opened.items)
                found = (row for item in items if isinstance(item, dict) for row in rows(item))
                vote.add(row.get("created_at") for row in found if isinstance(row, dict))
                break
        return vote

    def _part(self, section: Section, sample: Sample, form: Format, forms: Forms, told: Mapping[str, str]) -> Part:
        names = list(sample.header) or columns_of(sample.items, {}, {})[0]
        used = {*told.values(), *self._looked_up}
        words = " ".join(map(normal, told.values()))
        ignored = [
            name
            for name in names
            if name not in used and name not in told and normal(name.rpartition(".")[2]) not in words
        ]
        container = ", ".join(
            filter(
                None, [self._source.container.upper().replace("FOLDER", "folder"), self._content.packing, *section.told]
            )
        )
        encoding = {"utf-8": "UTF-8"}.get(self._content.encoding, self._content.encoding.upper())
        if (self._content.encoding == "utf-8" and self._content.fallback != "cp1252") or not _all_utf8(self._content):
            encoding = f"{self._content.fallback}, by its letters"
        return Part(
            self._source.name,
            section.path,
            form.name,
            encoding,
            container,
            columns_told(told, {}),
            ignored,
            forms.dates,
            notes=self._joined,
            names=names[:_NAMES_SHOWN],
        )

    def _posts(self, items: Iterator[Any], rows: Rows, forms: Forms, wordless: str) -> Iterator[Post | Rejected]:
        limit = self._options.limit
        for item in items:
            if limit is not None and self._number >= limit:
                self._report.sampled = self.full = True
                break
            for row in (item,) if isinstance(item, str) else rows(item):
                self._number += 1
                yield self._outcome(row, item, forms, wordless)
        self._report.nameless |= bool(self._context.memo.get("nameless"))

    def _outcome(self, row: Row | Left | str, item: Any, forms: Forms, wordless: str) -> Post | Rejected:
        """What one row is in the end."""
        if isinstance(row, str):
            reason, _, raw = row.partition("\n")
            return self._rejected(reason, raw)
        if isinstance(row, Left):
            return self._left_out(row.reason, item)
        if self._prefix:
            row["id"] = f"{self._prefix}{row.get('id')}"
        try:
            post = post_of(row, forms, self._fault, self._made_id)
        except ValueError as error:
            if wordless and str(error) == NO_TEXT:
                return self._left_out(wordless, item)
            return self._rejected(str(error), item)
        report = self._report
        if post.visibility is not None and post.visibility in NOT_PUBLIC:
            report.private += 1
            if not self._options.include_private:
                return self._left_out(f"not public ({post.visibility})", item)
        report.posts += 1
        if post.reposted is not None:
            report.reposts += 1
        if post.bot:
            report.bots += 1
        return post

    def _fault(self, name: str, reason: str) -> None:
        self._report.emptied[name, reason] += 1

    def _made_id(self, post: Post) -> str:
        """An id made from what a post says; where it has no time, also from where it stands."""
        self._report.made_ids += 1
        place = "" if post.created_at else f"{self._scope}/{self._number}"
        said = "\x1f".join((post.author, post.created_at.isoformat() if post.created_at else place, post.text))
        return "made-" + blake2s(said.encode("utf-8", "replace"), digest_size=8).hexdigest()

    def _rejected(self, reason: str, item: Any) -> Rejected:
        self._report.rejected[reason.partition(":")[0]] += 1
        return Rejected(self._source.name, self._number, reason, _raw(item))

    def _left_out(self, reason: str, item: Any) -> LeftOut:
        self._report.left_out[reason] += 1
        return LeftOut(self._source.name, self._number, reason, _raw(item))


_OTHER_FILE = "Name the files that hold the posts."


def _no_column(name: str, names: Sequence[str]) -> str:
    said = ", ".join(map(shown, names[:60])) + (f" and {len(names) - 60} more" if len(names) > 60 else "")
    return f"The file has no column for the {name} of a post; its columns are: {said}"


def _opened(section: Section) -> tuple[Section, list[Any], Sample, Format]:
    """A section with its first items, these as a sample, and its format. Pages of an API are opened to the posts in
    them, tables whose columns are paths to the objects that they were made of, where a platform wrote those.
    """
    head = _beginning(section.items)
    sample, form = _recognised(section, head)
    if form is not PLAIN or not sample.items:
        return section, head, sample, form
    if is_flattened(section.header):
        whole = (nested(item) if isinstance(item, dict) else item for item in itertools.chain(head, section.items))
        objects = replace(section, items=whole, header=())
        first = [nested(item) if isinstance(item, dict) else item for item in head]
        sample_of_objects, platform = _recognised(objects, first)
        if platform is not PLAIN:
            return objects, _beginning(objects.items), sample_of_objects, platform
    elif not section.header and (key := envelope(sample.items)):
        inside = replace(section, items=opened_at(itertools.chain(head, section.items), key))
        head = _beginning(inside.items)
        return inside, head, *_recognised(inside, head)
    elif not section.header and (path := list_path(sample.items)):
        inner = ".".join(filter(None, (section.path, *path)))
        opened = replace(section, items=unfolded(itertools.chain(head, section.items), path), path=inner)
        head = _beginning(opened.items)
        return opened, head, *_recognised(opened, head)
    return section, head, sample, form


def _recognised(section: Section, head: Sequence[Any]) -> tuple[Sample, Format]:
    items = [item for item in head if isinstance(item, dict)]
    sample = Sample(section.path, section.head, section.header, items)
    return sample, recognise(sample) if items else PLAIN


def _override(own: Mapping[str, str], name: str, path: str) -> Getter | None:
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
    cells = {
        str(key)[:80]: str(value)[:RAW_SHOWN] if isinstance(value, str) else value
        for key, value in itertools.islice(item.items(), 30)
    }
    try:
        return json.dumps(cells, ensure_ascii=False, default=str)[:RAW_SHOWN].encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        return ""
