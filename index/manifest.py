"""The manifest: what an index holds, how it was built, the committed version and the checksums of its files.

Written last, so that its presence means a whole index.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from index.store.sealed import seal, unseal
from index.versions.durable import replace_durably

FORMAT = 3  # 2: mentions carry the tone toward the name; 3: versions with checksums
UPGRADABLE = 2  # the format that can be brought to today's without reading the posts anew
NAME = "manifest.json"
VERSION = re.compile(r"\d{8}T\d{6}-[0-9a-f]{12}")  # how the folder of a version is named: when, and a random part


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
    version: str = ""
    files: dict[str, list[Any]] = field(default_factory=dict)
    """Of each file of the version its size in bytes and its SHA-256."""
    report: dict[str, Any] = field(default_factory=dict)
    """How the files were read (``index.posts.report.Report``): formats, columns, languages, what was left out."""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """With its own checksum, and at once: a reader sees the manifest that was there before, or this one."""
    replace_durably(folder / NAME, seal(asdict(manifest)))


def read_manifest(folder: Path) -> Manifest:
    """Raises AnalystError if ``folder`` is no index, one that this version cannot read, or one whose manifest is not
    what was written.
    """
    path = folder / NAME
    make = f"Make one with `analyst index POSTS.jsonl --out {folder}`."
    mend = f"`analyst check {folder} --repair` mends it if the version that it named is whole."
    if not folder.is_dir():
        raise AnalystError("There is no index directory here", where=str(folder), todo=make)
    if not path.is_file():
        raise AnalystError("This directory is not an index: it has no manifest.json", where=str(folder), todo=make)
    raw = path.read_bytes()
    if (older := _format(raw)) not in (FORMAT, None):
        raise _other_format(older, folder)
    try:
        data = unseal(raw)
        known = {item.name for item in fields(Manifest)}
        manifest = Manifest(**{name: value for name, value in data.items() if name in known})
    except (ValueError, TypeError) as error:
        raise AnalystError("The manifest of this index is damaged", where=str(path), todo=mend) from error
    if not VERSION.fullmatch(manifest.version):
        raise AnalystError("The manifest of this index names no version", where=str(path), todo=mend)
    return manifest


def _format(raw: bytes) -> object:
    """The format that a manifest says it has, if it can be read; None where it says none."""
    try:
        data = json.loads(raw)
        return data["format"] if b'"sum"' not in raw or unseal(raw) else None
    except (ValueError, KeyError, TypeError):
        return None


def _other_format(told: object, folder: Path) -> AnalystError:
    what = f"This index has format {told}; this version of Audience Analyst reads format {FORMAT}"
    if told == UPGRADABLE:
        todo = f"Bring it to today's without reading the posts anew: `analyst check {folder} --repair`."
    else:
        todo = f"Build it again with `analyst index`, into {folder} or elsewhere."
    return AnalystError(what, where=str(folder), todo=todo)
