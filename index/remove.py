"""Posts are forgotten for good: a new version is made without them, of what was read and analysed of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from index.audiences import forget_people, read_audiences
from index.corrections import forget_corrections
from index.derive import complete
from index.errors import AnalystError
from index.manifest import Manifest, read_manifest
from index.merge import figures, languages, merge_facts
from index.repair import carry_calibration
from index.store.facts import Facts
from index.versions.layout import open_version, verify
from index.versions.locks import is_held
from index.versions.writer import writing


@dataclass(frozen=True)
class Removed:
    """What is gone, and what is left. ``held``: a reader still has the former version open, whose files go with it.

    ``audiences`` are the saved ones that people were taken out of.
    """

    posts: int
    people: int
    manifest: Manifest
    held: bool
    audiences: list[str]


def remove_posts(
    index: Path, *, authors: Sequence[str] = (), ids: Sequence[str] = (), before: date | None = None
) -> Removed:
    """Forget all posts of ``authors``, those of ``ids``, and those from before a day (UTC).

    The list of rejected rows is emptied with them, for it may quote the same people, and people of whom no post is left
    are taken out of all saved audiences; what was corrected in these posts goes, too; posts in which others name them
    stay. Raises AnalystError if none of them is there, or all posts would go.
    """
    read_manifest(index)  # what is no index is refused as such, and not made one
    with writing(index) as writer:
        version = open_version(index)
        verify(index, version)
        facts = version.folder / "facts"
        only_kept = _only_kept(facts, index, authors)
        gone = _chosen(facts, index, authors, ids, before, only_kept)
        if only_kept and not gone:
            return Removed(0, 0, version.manifest, held=False, audiences=forget_people(index, only_kept))
        folder = writer.begin()
        (folder / "rejects.jsonl").touch()
        merge_facts([(facts, gone)], folder / "facts")
        complete(folder)
        carry_calibration(version.folder, folder)
        left = figures(folder / "facts")
        # How the files were read stays as it was.
        report = {**version.manifest.report, "posts": left["posts"], "languages": languages(folder / "facts")}
        people = version.manifest.people
        # Before the new version is there: whoever is gone from the posts must not be left in an audience.
        audiences = forget_people(index, _people(facts) - _people(folder / "facts") | only_kept)
        forget_corrections(index, gone)
        manifest = writer.commit(folder, replace(version.manifest, **left, report=report))
        old = version.folder
        version.hold.release()
    return Removed(len(gone), people - manifest.people, manifest, old.exists() and is_held(old), audiences)


def _people(facts: Path) -> set[str]:
    read = Facts(facts)
    found = {author for (author,) in read.rows("SELECT author FROM people")}
    read.close()
    return found


def _plain(name: str) -> str:
    return name.strip().lstrip("@").casefold()


def _only_kept(facts: Path, index: Path, authors: Sequence[str]) -> set[str]:
    """Those of ``authors`` who are in a saved audience although no post of theirs is here (any more)."""
    kept = {user for each in read_audiences(index).values() for user in each.people}
    asked = {_plain(name) for name in authors}
    wanted = {user for user in kept if _plain(user) in asked}
    return wanted - _people(facts) if wanted else set()


def _chosen(
    facts: Path, index: Path, authors: Sequence[str], ids: Sequence[str], before: date | None, only_kept: set[str]
) -> set[str]:
    """The ids of the posts to forget; those ``only_kept`` have none."""
    read = Facts(facts)
    names = [_plain(name) for name in authors]
    known = {author: author.casefold() for (author,) in read.rows("SELECT author FROM people")}
    until = datetime(before.year, before.month, before.day, tzinfo=UTC) if before else None
    rows = read.rows(
        "SELECT id FROM posts WHERE author IN (SELECT unnest($authors)) OR id IN (SELECT unnest($ids)) "
        "OR created_at < $until",
        {"authors": [name for name, key in known.items() if key in names], "ids": list(ids), "until": until},
    )
    ((posts,),) = read.rows("SELECT count(*) FROM posts")
    read.close()
    unknown = [f"@{name}" for name in names if name not in {*known.values(), *map(_plain, only_kept)}]
    if unknown:  # whoever asks to forget two people must not learn later that one of them was misspelt
        raise AnalystError(f"No posts of {', '.join(unknown)} are here", where=str(index), todo="Check the spelling.")
    if not rows and not only_kept:
        raise AnalystError("None of these posts is here", where=str(index), todo="Check the ids or the day.")
    if len(rows) == posts:
        raise AnalystError("That would forget every post", where=str(index), todo="Delete the folder instead.")
    return {id_ for (id_,) in rows}


def day_of(told: str | None) -> date | None:
    """A day as it was typed. Raises ValueError with a sentence if it is none."""
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise ValueError(f"--before wants a day like 2024-03-01, not {told!r}.") from None
