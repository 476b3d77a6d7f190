"""How versions lie in an index: ``manifest.json`` names the committed one, ``versions/`` holds the files of each.

A version is never changed. A reader holds the one that it opened, so that what it reads is all of one build.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from index.errors import AnalystError
from index.manifest import NAME as MANIFEST
from index.manifest import Manifest, read_manifest
from index.versions.locks import Hold

FOLDER = "versions"
CALIBRATION = "calibration.json"  # beside a version: the outcomes that its owner gave, with a checksum of their own
UNLISTED = (MANIFEST, CALIBRATION)  # in a version's folder, but not among the files that its manifest lists
BLOCK = 1 << 20
HASHED_AT_ONCE = 4  # files


@dataclass(frozen=True)
class Version:
    """A version that was opened: its files are all there, and stay for as long as this object does."""

    folder: Path
    manifest: Manifest
    hold: Hold


def version_folder(index: Path, manifest: Manifest) -> Path:
    """Where the files of the version are that ``manifest`` names."""
    return index / FOLDER / manifest.version


def standing_manifest(index: Path) -> Manifest | None:
    """The manifest of an index, or where that is damaged or lost the newest copy that stands in a version."""
    versions = sorted((index / FOLDER).glob("*"), key=lambda path: path.name, reverse=True)
    for place in (index, *versions):
        try:
            manifest = read_manifest(place)
        except AnalystError:
            continue
        if place == index or manifest.version == place.name:
            return manifest
    return None


def open_version(index: Path) -> Version:
    """Hold the committed version of an index. Raises AnalystError if there is none, or files of it are not of their
    size.
    """
    while True:
        manifest = read_manifest(index)
        folder = version_folder(index, manifest)
        try:
            hold = Hold(folder)
        except FileNotFoundError:
            wrong = {folder.name: "is missing"}
        else:
            wrong = wrong_sizes(folder, manifest)
            if not wrong:
                return Version(folder, manifest, hold)
        if read_manifest(index).version == manifest.version:
            raise damaged(index, wrong)
        # Another version was committed meanwhile, and this one deleted.


def verify(index: Path, version: Version, wanted: Callable[[str], bool] = lambda name: True) -> None:
    """Raises AnalystError if one of the ``wanted`` files of a version is not what was written."""
    if wrong := wrong_sums(version.folder, version.manifest, wanted):
        raise damaged(index, wrong)


def damaged(index: Path, wrong: dict[str, str]) -> AnalystError:
    """The failure of an index whose files are ``wrong``, by name what is wrong with each."""
    first = [f"{name} {what}" for name, what in list(wrong.items())[:3]]
    more = f" and {len(wrong) - 3} more files" if len(wrong) > 3 else ""
    return AnalystError(
        f"This index is damaged: {', '.join(first)}{more}",
        where=str(index),
        todo=f"See what can be mended with `analyst check {index}`.",
    )


def wrong_sizes(folder: Path, manifest: Manifest) -> dict[str, str]:
    """Files of a version that are missing or cut, and what is wrong with each."""
    there = {name: size for name, size in sizes(folder).items() if name in manifest.files}
    wrong = {}
    for name, (size, _) in manifest.files.items():
        if name not in there:
            wrong[name] = "is missing"
        elif there[name] != size:
            wrong[name] = f"has {there[name]:,} bytes instead of {size:,}"
    return wrong


def wrong_sums(folder: Path, manifest: Manifest, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, str]:
    """Files of a version that are missing, cut or changed, and what is wrong with each."""
    wrong = {name: what for name, what in wrong_sizes(folder, manifest).items() if wanted(name)}
    names = [name for name in manifest.files if wanted(name) and name not in wrong]
    for name, found in _digests(folder, names).items():
        if found != manifest.files[name][1]:
            wrong[name] = "is not what was written"
    return wrong


def sums(folder: Path) -> dict[str, list[object]]:
    """Size and SHA-256 of the files of a version, as its manifest lists them."""
    found = {name: size for name, size in sizes(folder).items() if name not in UNLISTED}
    return {name: [found[name], digest] for name, digest in _digests(folder, list(found)).items()}


def _digests(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """The SHA-256 of each file, of several at a time."""
    with ThreadPoolExecutor(HASHED_AT_ONCE) as pool:
        return dict(zip(names, pool.map(lambda name: sha256(folder / name), names), strict=True))


def sizes(folder: Path) -> dict[str, int]:
    """All files below a folder by their path in it, with their sizes."""
    found = {}
    for place, _, files in os.walk(folder):
        for name in files:
            path = Path(place, name)
            found[path.relative_to(folder).as_posix()] = path.stat().st_size
    return dict(sorted(found.items()))


def sha256(path: Path, copy: Path | None = None) -> str:
    """The SHA-256 of a file; ``copy`` gets the very bytes that were summed."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if copy is None:
            while block := file.read(BLOCK):
                digest.update(block)
        else:
            with copy.open("wb") as written:
                while block := file.read(BLOCK):
                    digest.update(block)
                    written.write(block)
    return digest.hexdigest()
