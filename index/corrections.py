"""What a person corrected by hand in posts: the tone of one, or a word in it that is no name.

Corrections are one sealed file beside the versions of an index, so that they outlive every rebuild; they hold by the id
of a post. ``index.store.facts.Facts`` puts them in the place of what was read, for every tool at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.entities.mentions import canonical
from index.errors import AnalystError
from index.store.corrected import Correction
from index.store.facts import SENTIMENTS, Facts
from index.store.sealed import seal, unseal
from index.versions.durable import replace_durably
from index.versions.layout import open_version
from index.versions.locks import one_writer

NAME = "corrections.json"
MOST = 2000  # more than anybody makes by hand; every query looks through them
LONGEST_NAME = 200  # characters
READABLE = "Put a copy of that file back, or keep of it what can be read: `analyst check {index} --repair`."
PATIENCE = 5.0  # seconds that another change of the index may take


def read_corrections(index: Path) -> tuple[Correction, ...]:
    """All corrections of an index, the oldest first. Raises AnalystError if their file is not what was written."""
    try:
        return _read(index / NAME, *state_of(index))
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError) as error:
        raise AnalystError(
            f"The corrections cannot be read: {NAME} is not what was written",
            where=str(index),
            todo=READABLE.format(index=index),
        ) from error


def state_of(index: Path) -> tuple[int, ...]:
    """What changes whenever the corrections of an index do; empty where there are none."""
    try:
        there = (index / NAME).stat()
    except FileNotFoundError:
        return ()
    return there.st_ino, there.st_mtime_ns, there.st_size


def correct_tone(index: Path, post: str, tone: str, name: str = "") -> Correction:
    """Say which tone a post has, toward a ``name`` in it if one is given.

    Raises AnalystError if there is no such post or tone, or if the name is not marked in the post: then the tone toward
    it is that of the whole post.
    """
    if tone not in SENTIMENTS:
        raise AnalystError(f"There is no tone {tone!r}", todo=f"Say {', '.join(SENTIMENTS[:-1])} or {SENTIMENTS[-1]}.")
    with _changing(index) as (kept, facts):
        read = _sentiment_of(facts, index, post)
        keys = _marked(facts, post, name) if name else {}
        if name and not keys:
            raise AnalystError(
                f"{name[:LONGEST_NAME]!r} is not marked as a name in the post {post}",
                where=str(index),
                todo="Correct the tone of the whole post instead: it holds for what is not marked.",
            )
        made = Correction(post, tone, name, tuple(sorted(keys)), next(iter(keys.values()), read), _today())
        _put(kept, made, index)
    return made


def correct_name(index: Path, post: str, name: str) -> Correction:
    """Say that ``name`` is no name in a post, so that the post is not about it.

    Raises AnalystError if there is no such post, or if these words do not stand in it.
    """
    if not canonical(name) or len(name) > LONGEST_NAME:
        raise AnalystError(f"{name[:LONGEST_NAME]!r} names nothing", todo="Give the words as they stand in the post.")
    with _changing(index) as (kept, facts):
        _sentiment_of(facts, index, post)
        keys = _marked(facts, post, name)
        ((text,),) = facts.rows("SELECT text FROM posts WHERE id = $post", {"post": post})
        if not keys and canonical(name) not in canonical(text):
            raise AnalystError(
                f"{name!r} does not stand in the post {post}",
                where=str(index),
                todo="Give the words as they stand there.",
            )
        made = Correction(post, "", name, tuple(sorted(keys)), "", _today())
        _put(kept, made, index)
    return made


def undo_corrections(index: Path, post: str, name: str | None = None) -> list[Correction]:
    """Take back what was corrected in a post, or only what concerns a ``name`` ("": the tone of the whole), and return
    it. Raises AnalystError if there is nothing to take back.
    """
    with _changing(index) as (kept, _):
        gone = [
            each for each in kept if each.post == post and (name is None or canonical(each.name) == canonical(name))
        ]
        if not gone:
            raise AnalystError(
                f"Nothing is corrected in the post {post[:LONGEST_NAME]!r}",
                where=str(index),
                todo=f"See what is: `analyst correct {index}`.",
            )
        kept[:] = [each for each in kept if each not in gone]
    return gone


def forget_corrections(index: Path, posts: Collection[str]) -> int:
    """Forget what was corrected in ``posts``; returns how many corrections that were.

    Only for the process that is changing the index (``index.versions.locks``).
    """
    kept = read_corrections(index)
    left = [each for each in kept if each.post not in posts]
    if len(left) < len(kept):
        _write(index, left)
    return len(kept) - len(left)


def mend_corrections(index: Path) -> bool:
    """Keep what can be read of a file that is not what was written; returns whether there was something to mend."""
    try:
        read_corrections(index)
        return False
    except AnalystError:
        pass
    try:
        _write(index, _parsed(json.loads((index / NAME).read_bytes())))
    except (ValueError, KeyError, TypeError):
        (index / NAME).unlink()
    return True


@lru_cache(maxsize=8)
def _read(path: Path, *state: int) -> tuple[Correction, ...]:
    """The file in a ``state`` that never comes again."""
    return _parsed(unseal(path.read_bytes()))


def _parsed(raw: Mapping[str, Any]) -> tuple[Correction, ...]:
    """Raises ValueError, KeyError or TypeError for what is none."""
    found = []
    for each in raw["corrections"]:
        made = Correction(**{**each, "keys": tuple(map(str, each["keys"]))})
        if made.tone not in ("", *SENTIMENTS) or not (made.tone or made.name):
            raise ValueError("this is no correction")
        found.append(made)
    return tuple(found)


def _write(index: Path, kept: Collection[Correction]) -> None:
    if kept:
        replace_durably(index / NAME, seal({"corrections": [asdict(each) for each in kept]}))
    else:
        (index / NAME).unlink(missing_ok=True)


@contextmanager
def _changing(index: Path) -> Iterator[tuple[list[Correction], Facts]]:
    """The corrections, which are written when this ends well, and the facts as they were read."""
    with one_writer(index, patience=PATIENCE):
        version, kept = open_version(index), list(read_corrections(index))
        facts = Facts(version.folder / "facts")
        try:
            yield kept, facts
        finally:
            facts.close()
            version.hold.release()
        try:
            _write(index, kept)
        except OSError as error:
            raise AnalystError(
                f"The correction cannot be kept: {error.strerror or error}",
                where=str(index),
                todo="Check that there is room and that you may write there.",
            ) from error


def _put(kept: list[Correction], made: Correction, index: Path) -> None:
    """The correction in place of an earlier one of the same thing."""
    same = (made.post, canonical(made.name))
    kept[:] = [each for each in kept if (each.post, canonical(each.name)) != same]
    if len(kept) >= MOST:
        raise AnalystError(f"{MOST:,} corrections are kept already", where=str(index), todo="Undo some first.")
    kept.append(made)


def _sentiment_of(facts: Facts, index: Path, post: str) -> str:
    """The tone that was read. Raises AnalystError if there is no such post."""
    rows = facts.rows("SELECT sentiment FROM posts WHERE id = $post", {"post": post})
    if not rows:
        raise AnalystError(
            f"There is no post with the id {post[:LONGEST_NAME]!r}",
            where=str(index),
            todo="Ids stand in exports, and under each post of the page.",
        )
    return str(rows[0][0])


def _marked(facts: Facts, post: str, name: str) -> dict[str, str]:
    """The names that are marked in a post and are meant by ``name``, each with the tone that was read toward it."""
    key, words = canonical(name), re.compile(rf"(?<!\w){re.escape(name.strip())}(?:'?s)?(?!\w)", re.IGNORECASE)
    rows = facts.rows(
        "SELECT canonical, text, negative, neutral, positive FROM mentions WHERE post = $post", {"post": post}
    )
    return {
        marked: max(zip(tones, SENTIMENTS, strict=True))[1]
        for marked, text, *tones in rows
        if key in (marked, canonical(text)) or words.search(text)
    }


def _today() -> str:
    return date.today().isoformat()
