"""What a build makes an index of, so that the next run can tell whether an unfinished build was of the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.encoding.trunk import SHA256
from index.posts.containers.files import STANDARD_INPUT
from index.posts.options import Options
from index.posts.readers import expand
from index.posts.record import Post

HOME = Path(__file__).parent
_ANALYSIS = ("encoding", "entities", "phrases", "store", "weights")  # folders that decide what is kept of a post
_SAID = {
    "files": "the files are others or have changed",
    "options": "the options are others",
    "ner": "names are found by another recogniser",
    "batch": "posts are read in other batches",
    "program": "the program is of another version",
    "onto": "it was an addition to another version of this index",
    "posts": "the posts are others",
}


def wanted(sources: Sequence[str], options: Options, ner: str, batch: int) -> dict[str, Any]:
    """All that decides what is made of ``sources``: the files by path, size in bytes and time of their last change,
    the options, the recogniser, how many posts are read together, and the program with its weights.

    What comes by standard input is told by its posts alone.
    """
    return {
        "files": [_file(name) for name in expand(sources)],
        "options": asdict(options),
        "ner": ner,
        "batch": batch,
        "program": program(),
    }


def sum_of(posts: Sequence[Post]) -> str:
    """The checksum of posts as they were read."""
    said = "\n".join(map(repr, posts))
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()


def thrown_away(differs: Sequence[str], posts: int) -> str:
    """The line that says why what an unfinished build had analysed is not taken over."""
    why = " and ".join(_SAID.get(name, name) for name in differs) or "its record is damaged"
    return f"An unfinished build of {posts:,} posts was thrown away, for {why}; this one starts afresh."


def _file(name: str) -> list[Any]:
    if name == STANDARD_INPUT:
        return [name]
    told = Path(name).stat()
    return [str(Path(name).resolve()), told.st_size, told.st_mtime_ns]


def program() -> str:
    """The checksum of what analyses posts: code and weights."""
    digest = hashlib.sha256(SHA256.encode())
    for folder in _ANALYSIS:
        for path in sorted((HOME / folder).iterdir()):
            if path.is_file():
                digest.update(f"{folder}/{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
