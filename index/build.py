"""The pipeline: read, analyse, store, commit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from index.encoding.encoder import Encoder, shared_encoder
from index.encoding.measured import head_digests
from index.encoding.trunk import NAME as TRUNK
from index.engines.local import Analyser, Engine, Here
from index.entities.mentions import OURS
from index.entities.pipeline import Reader
from index.entities.plurals import merge_plurals
from index.errors import AnalystError
from index.manifest import Manifest
from index.posts.readers import Options, expand, read_posts
from index.posts.record import Post, Rejected
from index.posts.report import Report
from index.posts.unique import Unique
from index.removals import standing_removals
from index.store.analysed import Analysed, of_pieces
from index.store.communities import community_vectors
from index.store.facts import FactWriter
from index.store.flat_vectors import ScanWriter, write_scan
from index.store.languages import settle_languages
from index.store.people import PeopleVectors, write_profiles
from index.store.vectors import Vectors
from index.system import peak_mb
from index.unfinished import sum_of, thrown_away, wanted
from index.versions.parts import Done, Parts, posts_in
from index.versions.writer import writing

BATCH = 1024  # posts in memory at once, twice: those being read and those being stored
MOST_REJECTS = 100_000  # rows that are listed one by one; the report counts all
Advance = Callable[[int, int], None]  # (bytes read so far, posts stored so far)


def _unwatched(*_: object) -> None:
    """What tells nobody."""


@dataclass
class Tally:
    """What the build has met so far. ``report`` tells of every row of the files."""

    posts: int = 0
    report: Report = field(default_factory=Report)
    communities: set[str] = field(default_factory=set)
    first_post: datetime | None = None
    last_post: datetime | None = None

    @property
    def rejected(self) -> int:
        return self.report.rejected.total()

    @property
    def duplicates(self) -> int:
        return self.report.duplicates

    @property
    def reasons(self) -> dict[str, int]:
        return dict(self.report.rejected)

    def count(self, posts: Sequence[Post]) -> None:
        """Posts that will be in the index."""
        self.posts += len(posts)
        self.communities.update(post.community for post in posts if post.community is not None)
        moments = (self.first_post, self.last_post, *(post.created_at for post in posts))
        known = [moment for moment in moments if moment is not None]
        self.first_post, self.last_post = min(known, default=None), max(known, default=None)


@dataclass(frozen=True)
class Watch:
    """Who is told how a build goes on: ``advance`` of progress after each batch; ``resumed`` once, if an unfinished
    build is taken over, of how far that was; ``say`` of what people should know, in a sentence.
    """

    advance: Advance = _unwatched
    resumed: Advance = _unwatched
    say: Callable[[str], None] = _unwatched


def build_index(
    sources: Sequence[str],
    out: Path,
    *,
    columns: Mapping[str, str] | None = None,
    options: Options | None = None,
    ner: str = OURS,
    watch: Watch | None = None,
    engine: Engine | None = None,
) -> tuple[Manifest, Tally]:
    """Index the posts of ``sources`` in ``out``; what stood there before is replaced only when the new index is whole
    and on the disk. Whoever reads the old one keeps it.

    What was analysed outlives whatever ends the run, batch by batch: the next run for the same files, options and
    program goes on from there, any other run throws it away. ``columns`` and ``options`` are as in ``read_posts``.
    Posts are analysed by ``engine``, in this process where none is given. Raises AnalystError if nothing can be read or
    stored; then nothing but analysed batches is left behind.
    """
    expand(sources)
    with writing(out.absolute(), resumes=True) as writer:
        folder = writer.begin()
        watch = watch or Watch()
        build = _Build(sources, writer.index, folder, _options(options, columns), ner, watch, engine)
        try:
            return writer.commit(folder, build.run()), build.tally
        except BaseException:
            if posts := posts_in(writer.index):
                watch.say(f"{posts:,} posts are analysed and kept: the same command goes on from there.")
            raise


def _options(options: Options | None, columns: Mapping[str, str] | None) -> Options:
    options = options or Options()
    return replace(options, columns={**options.columns, **(columns or {})})


def total_bytes(sources: Sequence[str]) -> int | None:
    """Size of all files together, or None with standard input among them."""
    names = expand(sources)
    return None if "-" in names else sum(Path(name).stat().st_size for name in names)


class _Build:
    """One build of a version of ``index`` in ``folder``."""

    def __init__(
        self,
        sources: Sequence[str],
        index: Path,
        folder: Path,
        options: Options,
        ner: str,
        watch: Watch,
        engine: Engine | None = None,
    ) -> None:
        self._engine = engine
        self._sources, self._index, self._folder = sources, index, folder
        self._options, self._ner, self._watch = options, ner, watch
        self._read = 0  # bytes
        self._resumed = False
        self.tally = Tally()

    def run(self) -> Manifest:
        """All of it; returns the manifest of what was built."""
        started = time.perf_counter()
        first, posts = self._posts()  # a file that cannot be read fails here, before the models load
        parts = self._parts()
        done = parts.done
        started -= done.seconds
        encoder = self._encoder(parts)
        analyser, stores = self._analyser(encoder), _Stores(self._folder)
        with ThreadPoolExecutor(1) as storing:  # one batch is stored while the next is read
            stored = storing.submit(lambda: None)
            for number, batch in enumerate(analyser.ahead(batches(first, posts))):
                work = self._work(number, batch, parts, analyser, stores, started)
                stored.result()
                self.tally.count(batch)
                self._tell(parts)
                stored = storing.submit(work)
            finished = storing.submit(stores.finish, stored)
            places = community_vectors(sorted(self.tally.communities), encoder)
            self.tally.report.languages.update(finished.result())
            write_scan(self._folder / "facts", "communities", places)
        stores.close()
        seconds = time.perf_counter() - started
        return _manifest(self._sources, stores.authors, self.tally, self._ner, encoder.precision, seconds)

    def _posts(self) -> tuple[Post, Iterator[Post]]:
        """The first post, and those after it. Raises AnalystError if there is none."""
        report, removals = self.tally.report, standing_removals(self._index)
        removals.write(self._folder)
        rows = read_posts(self._sources, on_bytes=self._count, options=self._options, report=report)
        posts = _unique(removals.keep(rows, report), report, self._folder / "rejects.jsonl")
        first = next(posts, None)
        if first is None:
            raise AnalystError(
                "None of the rows is a post",
                where=", ".join(self._sources),
                todo=f"Reasons: {_reasons(report)}. Check the file, or map its columns with --map.",
            )
        return first, posts

    def _count(self, size: int) -> None:
        self._read += size

    def _parts(self) -> Parts:
        """What an unfinished build of the same left."""
        say = self._watch.say
        return Parts(
            self._index,
            wanted(self._sources, self._options, self._ner, BATCH),
            lambda differs, posts: say(thrown_away(differs, posts)),
        )

    def _encoder(self, parts: Parts) -> Encoder:
        """The encoder in the precision of the unfinished build: measured anew, another could turn out faster."""
        shared = shared_encoder()
        precision = parts.begin({"precision": shared.precision})["precision"]
        return shared if precision == shared.precision else Encoder(precision=precision)

    def _analyser(self, encoder: Encoder) -> Analyser:
        if self._engine is None:
            return Here(Reader(ner=self._ner, encoder=encoder))
        return self._engine.analyser(self._folder, self._ner, encoder.precision)

    def _work(
        self, number: int, batch: list[Post], parts: Parts, analyser: Analyser, stores: _Stores, started: float
    ) -> Callable[[], None]:
        """Analyse a batch, or take over what was analysed before; what is returned stores it."""
        told = sum_of(batch)
        pieces = parts.take(number, told)
        if pieces is not None:
            self._resume(parts.done)
            return lambda: stores.add(of_pieces(pieces))
        rows = analyser.analyse(batch)
        done = Done(len(batch), told, self._read, time.perf_counter() - started)

        def store() -> None:
            made = rows()
            parts.add(number, done, made.pieces())
            stores.add(made)

        return store

    def _resume(self, done: Done) -> None:
        if not self._resumed:
            self._resumed = True
            self._watch.resumed(done.read, done.posts)

    def _tell(self, parts: Parts) -> None:
        """Progress, from where the unfinished build ended."""
        if self.tally.posts > parts.done.posts or not self._resumed:
            self._watch.advance(self._read, self.tally.posts)


class _Stores:
    """Where posts go in the version that is built, with all that was read in them."""

    def __init__(self, folder: Path) -> None:
        self._facts_folder = folder / "facts"
        self._facts, self._scan = FactWriter(self._facts_folder), ScanWriter(self._facts_folder)
        self._vectors, self._people = Vectors(folder / "chroma"), PeopleVectors()

    @property
    def authors(self) -> int:
        return len(self._people)

    def add(self, batch: Analysed) -> None:
        self._facts.add(batch.tables)
        self._vectors.add("posts", batch.ids, batch.vectors)
        self._scan.add(batch.vectors)
        for author, vector in zip(batch.authors, batch.vectors, strict=True):
            self._people.add(author, vector)

    def finish(self, stored: Future[None]) -> dict[str, int]:
        """What can only be made when every post is ``stored``. Returns how many posts are in each language."""
        stored.result()
        self._facts.close()
        self._scan.close()
        languages = settle_languages(self._facts_folder)
        authors, means = self._people.means()
        write_scan(self._facts_folder, "people", means)
        self._vectors.add("people", authors, means)
        merge_plurals(self._facts_folder)
        write_profiles(self._facts_folder)
        return languages

    def close(self) -> None:
        self._vectors.close()


def _unique(rows: Iterator[Post | Rejected], report: Report, rejects: Path) -> Iterator[Post]:
    """Posts that were not there before; rejects and duplicates go to ``rejects``, the first of them."""
    unique, written = Unique(report), 0
    with rejects.open("w", encoding="utf-8") as file:
        for row in rows:
            post = None if isinstance(row, Rejected) else unique.admit(row)
            if post is not None:
                yield post
            elif written < MOST_REJECTS:
                written += 1
                told = asdict(row) if isinstance(row, Rejected) else {"id": row.id, "reason": "duplicate id"}
                file.write(json.dumps(told, ensure_ascii=False) + "\n")


def batches(first: Post, posts: Iterator[Post]) -> Iterator[list[Post]]:
    batch = [first]
    for post in posts:
        batch.append(post)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _reasons(report: Report) -> str:
    return ", ".join(f"{count} × {reason}" for reason, count in (report.rejected + report.left_out).most_common(8))


def _manifest(sources: Sequence[str], people: int, tally: Tally, ner: str, precision: str, seconds: float) -> Manifest:
    from index.encoding.network import WEIGHTS

    return Manifest(
        posts=tally.posts,
        people=people,
        communities=len(tally.communities),
        first_post=_written(tally.first_post),
        last_post=_written(tally.last_post),
        encoder=TRUNK,
        ner=ner,
        heads=head_digests(WEIGHTS),
        rejected=tally.rejected,
        duplicates=tally.duplicates,
        sources=[source if source == "-" else str(Path(source).resolve()) for source in sources],
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(seconds, 2),
        posts_per_second=round(tally.posts / seconds, 1),
        peak_mb=peak_mb(),
        precision=precision,
        report=tally.report.to_dict(),
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
