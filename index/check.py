"""Whether an index is what was written: every file by its checksum, and the counts of what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.audiences import NAME as AUDIENCES
from index.audiences import READABLE, read_audiences
from index.corrections import NAME as CORRECTIONS
from index.corrections import read_corrections
from index.encoding.trunk import WIDTH
from index.errors import AnalystError
from index.manifest import NAME as MANIFEST
from index.manifest import VERSION, Manifest, read_manifest
from index.remains import remains
from index.removals import LOST as REMOVALS_LOST
from index.removals import NAME as REMOVALS
from index.removals import removals_in
from index.store.facts import Facts
from index.store.flat_vectors import NAMES
from index.store.sealed import unseal
from index.store.vectors import Vectors
from index.versions.layout import (
    CALIBRATION,
    FOLDER,
    UNLISTED,
    Version,
    sizes,
    standing_manifest,
    version_folder,
    wrong_sums,
)
from index.versions.locks import Hold, is_held
from index.versions.marks import is_lost
from index.versions.nearness import CHROMA, discard, verified_copy

ORIGINALS = ("facts/posts.parquet", "facts/mentions.parquet", "facts/phrases.parquet", "rejects.jsonl")
"""What only the posts themselves can bring back."""
MENDABLE = "`analyst check {index} --repair` makes it anew from what stands."
LOST = "Only the posts themselves can bring it back: `analyst index {sources} --out {index}`."
FORGET = "Ask for it again: `analyst remove {index} --again`."
UNMARKED = "Take it back with `analyst calibrate --reset --index {index}`, or calibrate again."


@dataclass(frozen=True)
class Fault:
    """Something that is wrong: with which file, what, and what to do."""

    file: str
    what: str
    todo: str

    @property
    def sentence(self) -> str:
        return f"{self.file} {self.what}. {self.todo}"


def check_index(index: Path) -> list[Fault]:
    """Everything that is wrong with an index; none means that each file is to the last byte what was written.

    Raises AnalystError if there is no index, or one of another format.
    """
    try:
        manifest = read_manifest(index)
    except AnalystError as error:
        if standing_manifest(index) is None:
            raise
        return [Fault(MANIFEST, _uncapital(error.what), MENDABLE.format(index=index))]
    folder = version_folder(index, manifest)
    try:
        hold = Hold(folder)
    except FileNotFoundError:
        if read_manifest(index).version != manifest.version:  # another version was committed at this moment
            return check_index(index)
        return [_fault(index, manifest, f"{FOLDER}/{folder.name}", "is missing", lost=True)]
    faults = [*_wrong_files(index, manifest, folder), *_unlisted(index, folder, manifest), *_wrong_beside(index)]
    return faults or list(_wrong_counts(index, Version(folder, manifest, hold)))


def leftovers(index: Path) -> list[str]:
    """Versions that runs left when they were killed, or that readers held when they were replaced, and hold no more.
    The next run that writes the index deletes them.
    """
    manifest = standing_manifest(index)
    versions = [path for path in (index / FOLDER).glob("*") if VERSION.fullmatch(path.name)]
    return sorted(path.name for path in versions if manifest and path.name != manifest.version and not is_held(path))


def _wrong_files(index: Path, manifest: Manifest, folder: Path) -> Iterator[Fault]:
    for name, what in wrong_sums(folder, manifest).items():
        if name == REMOVALS:
            yield Fault(name, what, REMOVALS_LOST.format(index=index))
        else:
            yield _fault(index, manifest, name, what, lost=name in ORIGINALS)
    copy = folder / MANIFEST
    if not copy.is_file() or copy.read_bytes() != (index / MANIFEST).read_bytes():
        yield _fault(index, manifest, f"{FOLDER}/{folder.name}/{MANIFEST}", "is not the index's own", lost=False)


def _unlisted(index: Path, folder: Path, manifest: Manifest) -> Iterator[Fault]:
    for name in sizes(folder):
        if name not in manifest.files and name not in UNLISTED:
            yield _fault(index, manifest, name, "is none of this version", lost=False)
    if is_lost(own := folder / CALIBRATION):
        yield Fault(CALIBRATION, "is missing", UNMARKED.format(index=index))
    if own.is_file():
        try:
            unseal(own.read_bytes())
        except ValueError:
            yield Fault(CALIBRATION, "is not what was written", UNMARKED.format(index=index))


def _wrong_beside(index: Path) -> Iterator[Fault]:
    """What people keep beside the versions."""
    for name, read in ((AUDIENCES, read_audiences), (CORRECTIONS, read_corrections)):
        try:
            read(index)
        except AnalystError:
            yield Fault(name, "is not what was written", READABLE.format(index=index))


def _wrong_counts(index: Path, version: Version) -> Iterator[Fault]:
    """What does not agree although each file is whole: a fault of the program, not of the disk."""
    facts, manifest = Facts(version.folder / "facts"), version.manifest
    told = {"posts": manifest.posts, "people": manifest.people, "communities": manifest.communities}
    (found,) = facts.rows(
        "SELECT count(*), count(DISTINCT id), count(DISTINCT author), count(DISTINCT community), "
        "(SELECT count(*) FROM people) FROM posts"
    )
    strays = {
        table: facts.rows(f"SELECT count(*) FROM {table} WHERE post NOT IN (SELECT id FROM posts)")[0][0]
        for table in ("mentions", "phrases")
    }
    known = {
        "posts": {id_ for (id_,) in facts.rows("SELECT id FROM posts")},
        "people": {author for (author,) in facts.rows("SELECT author FROM people")},
    }
    facts.close()
    posts, ids, authors, communities, people = found
    if (posts, ids, authors, people) != (told["posts"], told["posts"], told["people"], told["people"]):
        what = f"hold {posts:,} posts ({ids:,} ids) by {authors:,} people, {people:,} of them with a profile"
        yield _fault(index, manifest, "facts", f"{what}; the manifest says {told}", lost=True)
    if communities != told["communities"]:
        yield _fault(index, manifest, "facts", f"name {communities:,} communities; the manifest says {told}", lost=True)
    for table, count in strays.items():
        if count:
            yield _fault(index, manifest, f"facts/{table}.parquet", f"has {count:,} rows of no post", lost=True)
    for kind, name in NAMES.items():
        if (version.folder / "facts" / name).stat().st_size != told[kind] * WIDTH * 4:
            yield _fault(index, manifest, f"facts/{name}", f"does not fit {told[kind]:,} {kind}", lost=False)
    yield from _wrong_chroma(index, version, known)
    for name, what in remains(index, version.folder, removals_in(version.folder, index)):
        yield Fault(name, what, FORGET.format(index=index))


def _wrong_chroma(index: Path, version: Version, known: dict[str, set[str]]) -> Iterator[Fault]:
    folder, hold = verified_copy(index, version)
    chroma = Vectors(folder / CHROMA)
    try:
        for kind, expected in known.items():
            ids = list(chroma.ids(kind))
            if len(ids) != len(expected) or set(ids) != expected:
                what = f"holds {len(ids):,} {kind}, not those of the facts"
                yield _fault(index, version.manifest, CHROMA, what, lost=False)
    finally:
        chroma.close()
        discard(folder, hold)


def _fault(index: Path, manifest: Manifest, name: str, what: str, *, lost: bool) -> Fault:
    sources = " ".join(manifest.sources) or "POSTS"
    return Fault(name, what, (LOST if lost else MENDABLE).format(index=index, sources=sources))


def _uncapital(words: str) -> str:
    return words[:1].lower() + words[1:]
