"""Posts are forgotten for good: a new version is made without them, of what was read and analysed of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from index.audiences import forget_people, read_audiences
from index.corrections import forget_corrections
from index.derive import complete
from index.errors import AnalystError
from index.manifest import Manifest, read_manifest
from index.merge import figures, languages, merge_facts
from index.remains import posts_asked_for
from index.removals import NAME as REMOVALS
from index.removals import Removals, plain_name, removals_in, start_of
from index.repair import carry, carry_calibration
from index.store.facts import Facts
from index.versions.layout import Version, damaged, open_version, verify, version_folder
from index.versions.locks import Hold, is_held
from index.versions.writer import Writer, writing


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
    index: Path,
    *,
    authors: Sequence[str] = (),
    ids: Sequence[str] = (),
    before: date | None = None,
    again: bool = False,
) -> Removed:
    """Forget all posts of ``authors``, those of ``ids``, and those from before a day (UTC); ``again``, what is left of
    all that was asked for before.

    The requests are remembered with the index, as hashes, and such posts are left out of whatever is read into it
    later. The list of rejected rows is emptied, for it may quote the same people, and people of whom no post is left
    are taken out of all saved audiences; what was corrected in these posts goes, too; posts in which others name them
    stay. Raises AnalystError if none of them is there, or all posts would go.
    """
    read_manifest(index)  # what is no index is refused as such, and not made one
    with writing(index) as writer:
        version = open_version(index)
        verify(index, version)
        facts, known = version.folder / "facts", removals_in(version.folder, index)
        only_kept = _only_kept(facts, index, authors)
        if again:
            gone, asked = posts_asked_for(facts, known), known
            only_kept |= {user for user in _kept(index) if known.has_author(user)} - _people(facts)
        else:
            gone = _chosen(facts, index, authors, ids, before, only_kept, known)
            asked = known.asking(authors, _rows_of(facts, set(ids) & gone), before)
        if len(gone) == version.manifest.posts:
            raise AnalystError("That would forget every post", where=str(index), todo="Delete the folder instead.")
        folder = writer.begin()
        (folder / "rejects.jsonl").touch()
        asked.write(folder)
        if gone:
            merge_facts([(facts, gone)], folder / "facts")
        else:
            carry(version.folder, folder, [name for name in version.manifest.files if "/" in name])
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


def lift_removals(
    index: Path, *, authors: Sequence[str] = (), ids: Sequence[str] = (), before: bool = False
) -> Manifest:
    """Let posts come back that were removed: those of ``authors``, of ``ids``, and from ``before`` the day that was
    asked for; without any of these all. Raises AnalystError if nothing of the kind was asked for.
    """
    read_manifest(index)
    every = not (authors or ids or before)
    with writing(index) as writer:
        version = _open_without_requests(index) if every else open_version(index)
        verify(index, version, lambda name: name != REMOVALS or not every)
        known = _known(version, index, every)
        lifted = Removals() if every else known.lifted(authors, ids, before)
        if lifted == known or not known:
            raise AnalystError(
                "The removal of none of these was asked for", where=str(index), todo="Check the spelling or the ids."
            )
        return _with_requests(writer, version, lifted)


def _open_without_requests(index: Path) -> Version:
    """The committed version, whatever has become of the file of requests."""
    manifest = read_manifest(index)
    try:
        return Version(version_folder(index, manifest), manifest, Hold(version_folder(index, manifest)))
    except FileNotFoundError:
        raise damaged(index, {manifest.version: "is missing"}) from None


def _known(version: Version, index: Path, every: bool) -> Removals:
    """The requests; where all are to be lifted it does not matter which they are."""
    if not every:
        return removals_in(version.folder, index)
    return Removals(before=date.max) if REMOVALS in version.manifest.files else Removals()


def _with_requests(writer: Writer, version: Version, requests: Removals) -> Manifest:
    """A version with the same posts and other requests."""
    folder = writer.begin()
    carry(version.folder, folder, [name for name in version.manifest.files if name != REMOVALS])
    requests.write(folder)
    carry_calibration(version.folder, folder)
    manifest = writer.commit(folder, version.manifest)
    version.hold.release()
    return manifest


def _people(facts: Path) -> set[str]:
    read = Facts(facts)
    found = {author for (author,) in read.rows("SELECT author FROM people")}
    read.close()
    return found


def _kept(index: Path) -> set[str]:
    return {user for each in read_audiences(index).values() for user in each.people}


def _only_kept(facts: Path, index: Path, authors: Sequence[str]) -> set[str]:
    """Those of ``authors`` who are in a saved audience although no post of theirs is here (any more)."""
    asked = {plain_name(name) for name in authors}
    wanted = {user for user in _kept(index) if plain_name(user) in asked}
    return wanted - _people(facts) if wanted else set()


def _rows_of(facts: Path, ids: set[str]) -> list[tuple[str, str, str]]:
    read = Facts(facts)
    rows = read.rows("SELECT id, author, text FROM posts WHERE id IN (SELECT unnest($ids))", {"ids": sorted(ids)})
    read.close()
    return [(id_, author, text) for id_, author, text in rows]


def _chosen(
    facts: Path,
    index: Path,
    authors: Sequence[str],
    ids: Sequence[str],
    before: date | None,
    only_kept: set[str],
    asked_before: Removals,
) -> set[str]:
    """The ids of the posts to forget; those ``only_kept`` have none."""
    read = Facts(facts)
    names = [plain_name(name) for name in authors]
    known = {author: plain_name(author) for (author,) in read.rows("SELECT author FROM people")}
    rows = read.rows(
        "SELECT id FROM posts WHERE author IN (SELECT unnest($authors)) OR id IN (SELECT unnest($ids)) "
        "OR created_at < $until",
        {
            "authors": [name for name, key in known.items() if key in names],
            "ids": list(ids),
            "until": start_of(before) if before else None,
        },
    )
    read.close()
    unknown = [name for name in names if name not in {*known.values(), *map(plain_name, only_kept)}]
    if unknown:  # whoever asks to forget two people must not learn later that one of them was misspelt
        gone = all(map(asked_before.has_author, unknown))
        raise AnalystError(
            f"No posts of {', '.join(f'@{name}' for name in unknown)} are here",
            where=str(index),
            todo="They were removed before, and are left out of what is added." if gone else "Check the spelling.",
        )
    if not rows and not only_kept:
        raise AnalystError("None of these posts is here", where=str(index), todo="Check the ids or the day.")
    return {id_ for (id_,) in rows}


def day_of(told: str | None) -> date | None:
    """A day as it was typed. Raises ValueError with a sentence if it is none."""
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise ValueError(f"--before wants a day like 2024-03-01, not {told!r}.") from None
