"""More posts for an index: only those that are new or have changed are analysed, and a new version has both."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from index.build import BATCH, MOST_REJECTS, Tally, Watch, batches
from index.derive import add_to_chroma, complete
from index.encoding.encoder import Encoder, shared_encoder
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
from index.removals import Removals, removals_in
from index.repair import carry_calibration
from index.store.analysed import Analysed, analysed, of_pieces
from index.store.facts import FactWriter
from index.store.flat_vectors import ScanWriter
from index.store.languages import UNTOLD, settle_languages
from index.unfinished import sum_of, thrown_away, wanted
from index.versions.layout import open_version, verify
from index.versions.parts import Done, Parts, posts_in
from index.versions.writer import Writer, writing

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
    watch: Watch | None = None,
) -> Added:
    """Add the posts of ``sources`` to an index.

    A post is known by its id, author and place: one that says or counts something else now takes the place of what it
    was. Of ids that are only numbers of rows or messages, another text is another post. Posts whose removal was asked
    for are left out. What was analysed outlives whatever ends the run, as in ``index.build.build_index``. Raises
    AnalystError if nothing can be read, or the index was analysed by other models than today's.
    """
    expand(sources)
    _check_models(index, read_manifest(index))
    options, watch = options or Options(), watch or Watch()
    with writing(index, resumes=True) as writer:
        addition = _Addition(writer, sources, options, watch)
        try:
            return addition.run()
        except BaseException:
            if posts := posts_in(index):
                watch.say(f"{posts:,} posts are analysed and kept: the same command goes on from there.")
            raise


class _Addition:
    """One addition to the index of ``writer``."""

    def __init__(self, writer: Writer, sources: Sequence[str], options: Options, watch: Watch) -> None:
        self._writer, self._sources, self._options, self._watch = writer, sources, options, watch
        self._started, self._read, self._tally = time.perf_counter(), 0, Tally()

    def run(self) -> Added:
        """All of it; returns what it brought."""
        writer, tally = self._writer, self._tally
        version = open_version(writer.index)
        verify(writer.index, version)
        folder, old = writer.begin(), version.folder / "facts"
        removals = removals_in(version.folder, writer.index)
        removals.write(folder)
        coming, parts = _Coming(old, tally.report, removals), self._parts(version.manifest)
        with (folder / "rejects.jsonl").open("w", encoding="utf-8") as rejects:
            rejects.write((version.folder / "rejects.jsonl").read_text(encoding="utf-8"))
            rows = read_posts(self._sources, on_bytes=self._count, options=self._options, report=tally.report)
            ids = self._analyse(coming.new(rows, rejects), folder / "new", parts, version.manifest)
        changed = len(coming.changed)
        if not ids:
            return Added(0, 0, coming.known, tally, None)
        merge_facts([(old, coming.changed), (folder / "new", ())], folder / "facts")
        shutil.rmtree(folder / "new")
        told = settle_languages(folder / "facts")
        merge_plurals(folder / "facts")
        add_to_chroma(folder, version.folder, ids)
        complete(folder)
        carry_calibration(version.folder, folder)
        seconds = time.perf_counter() - self._started
        made = _manifest(version.manifest, self._sources, folder / "facts", tally, told, seconds)
        manifest = writer.commit(folder, made)
        version.hold.release()
        return Added(len(ids) - changed, changed, coming.known, tally, manifest)

    def _count(self, size: int) -> None:
        self._read += size

    def _analyse(self, posts: Iterator[Post], facts: Path, parts: Parts, manifest: Manifest) -> set[str]:
        """Analyse ``posts`` into the folder ``facts``; returns their ids. Models load only if there is one."""
        first, ids = next(posts, None), set[str]()
        if first is None:
            return ids
        reading = _Reading(parts, manifest, self._watch)
        writer, tally = FactWriter(facts), self._tally
        with ScanWriter(facts) as vectors:
            for number, batch in enumerate(batches(first, posts)):
                made = reading.read(number, batch, self._read, time.perf_counter() - self._started)
                writer.add(made.tables)
                vectors.add(made.vectors)
                ids.update(made.ids)
                tally.count(batch)
                languages = made.tables["posts"].column("lang").to_pylist()
                tally.report.languages.update(lang or UNTOLD for lang in languages)
                self._watch.advance(self._read, tally.posts)
        writer.close()
        return ids

    def _parts(self, before: Manifest) -> Parts:
        """What an unfinished addition of the same to the same version left."""
        made_of = wanted(self._sources, self._options, before.ner, BATCH) | {"onto": before.version}
        return Parts(self._writer.index, made_of, lambda differs, lost: self._watch.say(thrown_away(differs, lost)))


class _Reading:
    """Reads batches of posts, or takes over what an unfinished run read in them."""

    def __init__(self, parts: Parts, manifest: Manifest, watch: Watch) -> None:
        self._parts, self._manifest, self._watch = parts, manifest, watch
        self._reader: Reader | None = None
        self._resumed = False

    def read(self, number: int, batch: list[Post], size: int, seconds: float) -> Analysed:
        """The batch with all that was read in it; ``size`` in bytes and ``seconds`` tell how far the run is."""
        told = sum_of(batch)
        pieces = self._parts.take(number, told)
        if pieces is not None:
            if not self._resumed:
                self._resumed = True
                self._watch.resumed(self._parts.done.read, self._parts.done.posts)
            return of_pieces(pieces)
        if self._reader is None:
            self._reader = self._load()
        made = analysed(batch, self._reader.read([post.text for post in with_languages(batch)]))
        self._parts.add(number, Done(len(batch), told, size, seconds), made.pieces())
        return made

    def _load(self) -> Reader:
        """In the precision of the index, whichever is faster here: an index that grew is as if built at once."""
        shared, precision = shared_encoder(), self._manifest.precision
        self._parts.begin({"precision": precision})
        encoder = shared if precision == shared.precision else Encoder(precision=precision)
        return Reader(ner=self._manifest.ner, encoder=encoder)


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

    def __init__(self, facts: Path, report: Report, removals: Removals) -> None:
        self._report, self._removals = report, removals
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
        for row in self._removals.keep(rows, self._report):
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
