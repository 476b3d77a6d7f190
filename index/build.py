"""The pipeline: read, analyse, store, commit."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.encoding.analysis import Analysis
from index.encoding.encoder import shared_encoder
from index.encoding.measured import head_digests
from index.encoding.trunk import NAME as TRUNK
from index.entities.mentions import OURS
from index.entities.pipeline import Reader
from index.entities.plurals import merge_plurals
from index.errors import AnalystError
from index.manifest import Manifest
from index.posts.language import identify
from index.posts.readers import Options, expand, read_posts
from index.posts.record import Post, Rejected
from index.posts.report import Report
from index.posts.unique import Unique
from index.store.communities import community_vectors
from index.store.facts import FactWriter
from index.store.flat_vectors import ScanWriter, write_scan
from index.store.languages import settle_languages
from index.store.people import PeopleVectors, write_profiles
from index.store.vectors import Vectors
from index.versions.writer import writing

BATCH = 1024  # posts in memory at once, twice: those being read and those being stored
MOST_REJECTS = 100_000  # rows that are listed one by one; the report counts all
Advance = Callable[[int, int], None]  # (bytes read so far, posts stored so far)


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


def build_index(
    sources: Sequence[str],
    out: Path,
    *,
    columns: Mapping[str, str] | None = None,
    options: Options | None = None,
    ner: str = OURS,
    advance: Advance = lambda read, stored: None,
) -> tuple[Manifest, Tally]:
    """Index the posts of ``sources`` in ``out``; what stood there before is replaced only when the new index is whole
    and on the disk. Whoever reads the old one keeps it.

    ``columns`` and ``options`` are as in ``read_posts``. ``advance`` is told of progress after each batch. Raises
    AnalystError if nothing can be read or stored; then nothing is left behind.
    """
    expand(sources)
    with writing(out.absolute()) as writer:
        folder = writer.begin()
        manifest, tally = _build(sources, folder, _options(options, columns), ner, advance)
        return writer.commit(folder, manifest), tally


def _options(options: Options | None, columns: Mapping[str, str] | None) -> Options:
    options = options or Options()
    return replace(options, columns={**options.columns, **(columns or {})})


def total_bytes(sources: Sequence[str]) -> int | None:
    """Size of all files together, or None with standard input among them."""
    names = expand(sources)
    return None if "-" in names else sum(Path(name).stat().st_size for name in names)


def _build(
    sources: Sequence[str], folder: Path, options: Options, ner: str, advance: Advance
) -> tuple[Manifest, Tally]:
    started = time.perf_counter()
    tally, read = Tally(), [0]

    def count(size: int) -> None:
        read[0] += size

    read_rows = read_posts(sources, on_bytes=count, options=options, report=tally.report)
    posts = _unique(read_rows, tally.report, folder / "rejects.jsonl")
    first = next(posts, None)  # a file that cannot be read fails here, before the models load
    if first is None:
        raise AnalystError(
            "None of the rows is a post",
            where=", ".join(sources),
            todo=f"Reasons: {_reasons(tally.report)}. Check the file, or map its columns with --map.",
        )
    reader = Reader(ner=ner)
    facts, vectors, people = FactWriter(folder / "facts"), Vectors(folder / "chroma"), PeopleVectors()
    scan = ScanWriter(folder / "facts")
    with ThreadPoolExecutor(1) as storing:  # one batch is stored while the next is read
        stored = storing.submit(lambda: None)
        for batch in map(with_languages, batches(first, posts)):
            found = reader.read([post.text for post in batch])
            stored.result()
            tally.count(batch)
            advance(read[0], tally.posts)
            stored = storing.submit(_store, batch, found, facts, vectors, scan, people)
        finished = storing.submit(_finish, folder, stored, facts, scan, people, vectors)
        communities = sorted(tally.communities)
        places = community_vectors(communities, shared_encoder())
        tally.report.languages.update(finished.result())
        write_scan(folder / "facts", "communities", places)
    vectors.close()
    return _manifest(sources, len(people), tally, ner, time.perf_counter() - started), tally


def _store(
    batch: list[Post],
    found: list[Analysis],
    facts: FactWriter,
    vectors: Vectors,
    scan: ScanWriter,
    people: PeopleVectors,
) -> None:
    tones = [a.sentiment.tolist() for a in found]
    facts.add(batch, tones, [a.mentions for a in found], [a.phrases for a in found])
    embeddings = np.stack([a.embedding for a in found])
    vectors.add("posts", [post.id for post in batch], embeddings)
    scan.add(embeddings)
    for post, embedding in zip(batch, embeddings, strict=True):
        people.add(post.author, embedding)


def _finish(
    folder: Path, stored: Future[None], facts: FactWriter, scan: ScanWriter, people: PeopleVectors, vectors: Vectors
) -> dict[str, int]:
    """What can only be made when every post is ``stored``. Returns how many posts are in each language."""
    stored.result()
    facts.close()
    scan.close()
    languages = settle_languages(folder / "facts")
    authors, means = people.means()
    write_scan(folder / "facts", "people", means)
    vectors.add("people", authors, means)
    merge_plurals(folder / "facts")
    write_profiles(folder / "facts")
    return languages


def with_languages(batch: list[Post]) -> list[Post]:
    """The posts with what the identifier says where their export names no language."""
    unsaid = [place for place, post in enumerate(batch) if post.lang is None]
    for place, lang in zip(unsaid, identify([batch[place].text for place in unsaid]), strict=True):
        if lang is not None:
            batch[place] = replace(batch[place], lang=lang)
    return batch


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


def _manifest(sources: Sequence[str], people: int, tally: Tally, ner: str, seconds: float) -> Manifest:
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
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        precision=shared_encoder().precision,
        report=tally.report.to_dict(),
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
