"""More posts for an index: only those that are new or have changed are analysed, and a new version has both."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from index.build import MOST_REJECTS, Advance, Tally, batches
from index.derive import complete
from index.encoding.measured import head_digests
from index.engines.local import with_languages
from index.entities.pipeline import Reader
from index.entities.plurals import merge_plurals
from index.errors import AnalystError
from index.manifest import Manifest, read_manifest
from index.merge import figures, merge_facts
from index.posts.options import Options
from index.posts.readers import expand, read_posts
from index.posts.record import Post, Rejected
from index.posts.report import Report
from index.posts.unique import Unique, is_long, renamed
from index.repair import carry_calibration
from index.store.analysed import analysed
from index.store.facts import FactWriter
from index.store.flat_vectors import ScanWriter
from index.store.languages import UNTOLD, settle_languages
from index.versions.layout import open_version, verify
from index.versions.writer import writing

SAID = ("author", "text", "created_at", "community", "likes", "shares", "replies", "url", "reposted", "visibility")
"""What makes a post another one than it was; the language may have been told by the author's other posts."""


@dataclass(frozen=True)
class Added:
    """What an addition brought. ``manifest`` is None where there was nothing new, and the index stayed as it was."""

    new: int
    changed: int
    known: int
    tally: Tally
    manifest: Manifest | None


def add_posts(
    index: Path,
    sources: Sequence[str],
    *,
    options: Options | None = None,
    advance: Advance = lambda read, stored: None,
) -> Added:
    """Add the posts of ``sources`` to an index.

    A post is known by its id, author and place: one that says or counts something else now takes the place of what it
    was. Of ids that are only numbers of rows or messages, another text is another post. Raises AnalystError if nothing
    can be read, or the index was analysed by other models than today's.
    """
    expand(sources)
    _check_models(index, read_manifest(index))
    started, tally, size = time.perf_counter(), Tally(), [0]

    def count(read: int) -> None:
        size[0] += read

    with writing(index) as writer:
        version = open_version(index)
        verify(index, version)
        folder, old = writer.begin(), version.folder / "facts"
        coming = _Coming(old, tally.report)
        with (folder / "rejects.jsonl").open("w", encoding="utf-8") as rejects:
            rejects.write((version.folder / "rejects.jsonl").read_text(encoding="utf-8"))
            rows = read_posts(sources, on_bytes=count, options=options or Options(), report=tally.report)
            analysed = _analyse(coming.new(rows, rejects), folder / "new", version.manifest.ner, tally,
                                lambda: advance(size[0], tally.posts))  # fmt: skip
        changed = len(coming.changed)
        if not analysed:
            return Added(0, 0, coming.known, tally, None)
        merge_facts([(old, coming.changed), (folder / "new", ())], folder / "facts")
        for path in (folder / "new").iterdir():
            path.unlink()
        (folder / "new").rmdir()
        told = settle_languages(folder / "facts")
        merge_plurals(folder / "facts")
        complete(folder)
        carry_calibration(version.folder, folder)
        seconds = time.perf_counter() - started
        manifest = writer.commit(folder, _manifest(version.manifest, sources, folder / "facts", tally, told, seconds))
        version.hold.release()
    return Added(analysed - changed, changed, coming.known, tally, manifest)


def _check_models(index: Path, manifest: Manifest) -> None:
    from index.encoding.network import WEIGHTS
    from index.encoding.trunk import NAME as TRUNK

    if (manifest.encoder, manifest.heads) != (TRUNK, head_digests(WEIGHTS)):
        raise AnalystError(
            "This index was analysed by other models than today's; figures of both would not compare",
            where=str(index),
            todo=f"Build it anew from all files: `analyst index {' '.join(manifest.sources)} … --out {index}`.",
        )


class _Coming:
    """Tells posts that are new or have changed from those that are known."""

    def __init__(self, facts: Path, report: Report) -> None:
        self.changed: set[str] = set()  # ids whose stored posts give way
        self.known = 0
        self._unique, self._seen = Unique(report), Unique(Report())
        self._stored: dict[str, tuple[int, int, int]] = {}
        with pq.ParquetFile(facts / "posts.parquet") as file:
            for batch in file.iter_batches(columns=["id", *SAID]):
                for row in batch.to_pylist():
                    self._stored[row["id"]] = _said(row)
                    self._seen.admit(Post(row["id"], row["author"], row["text"], row["created_at"], row["community"]))

    def new(self, rows: Iterator[Post | Rejected], rejects: Any) -> Iterator[Post]:
        """The posts to analyse; rows that are none go to ``rejects``, the first of them."""
        written = 0
        for row in rows:
            if isinstance(row, Rejected):
                written += 1
                if written <= MOST_REJECTS:
                    rejects.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            elif (post := self._unique.admit(row)) is not None and (told := self._told(post)) is not None:
                yield told

    def _told(self, post: Post) -> Post | None:
        """The post as it is to be stored, or None if it is known as it is."""
        if (admitted := self._seen.admit(post)) is not None:
            return admitted
        author, words, all_of_it = _said(asdict(post))
        for place in (post, renamed(post)):
            stored = self._stored.get(place.id)
            if stored == (author, words, all_of_it):
                self.known += 1
                return None
            if stored is not None and stored[0] == author and (stored[1] == words or is_long(post.id)):
                self.changed.add(place.id)
                return place
        return renamed(post)


def _said(row: dict[str, Any]) -> tuple[int, int, int]:
    """Of a post who wrote it, with what words and when, and all that it says and counts, as numbers."""
    at = row["created_at"]
    values = {**row, "created_at": at.astimezone(UTC).isoformat() if at is not None else None}
    return _number(values["author"]), _number([values[name] for name in SAID[:3]]), _number([values[n] for n in SAID])


def _number(said: Any) -> int:
    return int.from_bytes(blake2b(repr(said).encode("utf-8", "replace"), digest_size=8).digest())


def _analyse(posts: Iterator[Post], facts: Path, ner: str, tally: Tally, advance: Any) -> int:
    """Analyse ``posts`` into the folder ``facts``; returns how many there were. Models load only if there is one."""
    first = next(posts, None)
    if first is None:
        return 0
    reader, writer = Reader(ner=ner), FactWriter(facts)
    with ScanWriter(facts) as vectors:
        for batch in map(with_languages, batches(first, posts)):
            found = reader.read([post.text for post in batch])
            made = analysed(batch, found)
            writer.add(made.tables)
            vectors.add(made.vectors)
            tally.count(batch)
            tally.report.languages.update(post.lang or UNTOLD for post in batch)
            advance()
    writer.close()
    return tally.posts


def _manifest(
    before: Manifest, sources: Sequence[str], facts: Path, tally: Tally, languages: dict[str, int], seconds: float
) -> Manifest:
    counts = figures(facts)
    named = [source if source == "-" else str(Path(source).resolve()) for source in sources]
    added = [*before.report.get("added", []), tally.report.to_dict()]
    return replace(
        before,
        **counts,
        rejected=before.rejected + tally.rejected,
        duplicates=before.duplicates + tally.duplicates,
        sources=list(dict.fromkeys([*before.sources, *named])),
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(before.seconds + seconds, 2),
        posts_per_second=round(counts["posts"] / (before.seconds + seconds), 1),
        report={**before.report, "posts": counts["posts"], "languages": languages, "added": added},
    )
