"""An index is mended, or brought to today's format, without reading the posts anew: what is whole is carried over into
a new version, the rest is made of it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from index.audiences import NAME as AUDIENCES
from index.audiences import mend_audiences
from index.check import FORGET, ORIGINALS
from index.corrections import NAME as CORRECTIONS
from index.corrections import mend_corrections
from index.derive import complete
from index.errors import AnalystError
from index.manifest import FORMAT, UPGRADABLE, Manifest
from index.manifest import NAME as MANIFEST
from index.remains import remains
from index.removals import NAME as REMOVALS
from index.removals import removals_in, unreadable
from index.store.flat_vectors import NAMES
from index.store.sealed import seal, unseal
from index.versions.layout import CALIBRATION, standing_manifest, version_folder, wrong_sums
from index.versions.marks import is_lost, mark
from index.versions.nearness import CHROMA
from index.versions.writer import writing


@dataclass(frozen=True)
class Repaired:
    """What a repair did: the manifest of the new version, and what was made anew in it."""

    manifest: Manifest
    made: list[str]
    upgraded: bool


def repair_index(index: Path) -> Repaired:
    """Commit a version in which everything is whole. Raises AnalystError if only the posts can bring that back."""
    with writing(index) as writer:
        manifest = standing_manifest(index)
        older = manifest is None
        if manifest is None:
            manifest, source = _of_format_2(index), index
            good = [*ORIGINALS, "facts/people.parquet", f"facts/{NAMES['posts']}"]
        else:
            source = version_folder(index, manifest)
            good = whole_files(source, manifest)
        if REMOVALS in manifest.files and REMOVALS not in good:
            raise unreadable(index)
        if lost := [name for name in ORIGINALS if name not in good or not (source / name).is_file()]:
            raise AnalystError(
                f"{', '.join(lost)} cannot be made of what stands",
                where=str(index),
                todo=f"Build it anew: `analyst index {' '.join(manifest.sources) or 'POSTS'} --out {index}`.",
            )
        folder = writer.begin()
        carry(source, folder, good)
        carry_calibration(source, folder)
        made = complete(folder) + ([AUDIENCES] if mend_audiences(index) else [])
        made += [CORRECTIONS] if mend_corrections(index) else []
        for name, what in remains(index, folder, removals_in(folder, index)):
            raise AnalystError(f"{name} {what}", where=str(index), todo=FORGET.format(index=index))
        return Repaired(writer.commit(folder, manifest), made, upgraded=older)


def is_upgradable(index: Path) -> bool:
    """Whether this is an index of the former format."""
    try:
        return standing_manifest(index) is None and _of_format_2(index) is not None
    except AnalystError:
        return False


def whole_files(folder: Path, manifest: Manifest) -> list[str]:
    """The files of a version that are what was written; Chroma's only if all of them are."""
    wrong = wrong_sums(folder, manifest)
    good = [name for name in manifest.files if name not in wrong]
    if any(name.startswith(f"{CHROMA}/") for name in wrong):
        good = [name for name in good if not name.startswith(f"{CHROMA}/")]
    return good


def carry(source: Path, folder: Path, names: Iterable[str]) -> None:
    """Have the files of an older version in a new one: as links where the disk can, for files of versions never
    change.
    """
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (source / name).is_file():
            continue
        try:
            os.link(source / name, target)
        except OSError:
            shutil.copyfile(source / name, target)


def carry_calibration(source: Path, folder: Path) -> None:
    """Have the calibration of an older version in a new one, if it can be read; format 2 had it without a checksum."""
    if is_lost(source / CALIBRATION):  # and stays so until its owner has said what is to become of it
        mark(folder / CALIBRATION)
    raw = (source / CALIBRATION).read_bytes() if (source / CALIBRATION).is_file() else b"{}"
    try:
        data = unseal(raw) if b'"sum"' in raw else json.loads(raw)
    except ValueError:
        return
    if data:
        (folder / CALIBRATION).write_bytes(seal(data))
        mark(folder / CALIBRATION)


def _of_format_2(index: Path) -> Manifest:
    """The manifest of an index of the former format. Raises AnalystError if it is none."""
    try:
        raw = json.loads((index / MANIFEST).read_bytes())
        if raw["format"] != UPGRADABLE:
            raise ValueError
        known = {item.name for item in fields(Manifest)}
        return Manifest(**{**{name: value for name, value in raw.items() if name in known}, "format": FORMAT})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnalystError(
            "Nothing stands of this index that could be mended",
            where=str(index),
            todo=f"Build it anew: `analyst index POSTS --out {index}`.",
        ) from error
