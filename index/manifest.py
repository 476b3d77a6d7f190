"""The manifest: what an index holds and how it was built. Written last, so that its presence means a whole index."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from index.errors import AnalystError

FORMAT = 2  # 2: mentions carry the tone toward the name
NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """Identity and figures of an index. Times are ISO 8601 in UTC; ``seconds`` and ``peak_mb`` are those of the
    build.
    """

    posts: int
    people: int
    communities: int
    first_post: str | None
    last_post: str | None
    encoder: str
    ner: str
    heads: dict[str, str]
    rejected: int
    duplicates: int
    sources: list[str]
    built_at: str
    seconds: float
    posts_per_second: float
    peak_mb: float
    precision: str
    format: int = FORMAT
    report: dict[str, Any] = field(default_factory=dict)
    """How the files were read (``index.posts.report.Report``): formats, columns, languages, what was left out."""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Atomic: a reader sees no manifest or a whole one."""
    partial = folder / (NAME + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / NAME)


def read_manifest(folder: Path) -> Manifest:
    """Raises AnalystError if ``folder`` is no index, or one that this version cannot read."""
    path = folder / NAME
    make = f"Make one with `analyst index POSTS.jsonl --out {folder}`."
    if not folder.is_dir():
        raise AnalystError("There is no index directory here", where=str(folder), todo=make)
    if not path.is_file():
        raise AnalystError("This directory is not an index: it has no manifest.json", where=str(folder), todo=make)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        version = raw["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise AnalystError("The manifest of this index cannot be read", where=str(path), todo=make) from error
    if version != FORMAT:
        raise AnalystError(
            f"This index has format {version}; this version of Audience Analyst reads format {FORMAT}",
            where=str(folder),
            todo=f"Build it again: `analyst index {' '.join(raw.get('sources') or ['POSTS.jsonl'])} --out {folder}`.",
        )
    known = {item.name for item in fields(Manifest)}
    try:
        return Manifest(**{name: value for name, value in raw.items() if name in known})
    except TypeError as error:
        raise AnalystError("The manifest of this index is incomplete", where=str(path), todo=make) from error
