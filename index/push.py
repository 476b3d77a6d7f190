"""The vectors of an index on a Chroma server, where many who read the index have them in common."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from index.derive import fill
from index.manifest import Manifest
from index.store.chroma_server import ChromaServer
from index.versions.layout import FOLDER, open_version, verify


@dataclass(frozen=True)
class Pushed:
    """What a push did: of the version in ``manifest``, which was there already unless ``is_new``; ``dropped`` are the
    versions that it deleted from the server, since the index has them no more.
    """

    manifest: Manifest
    is_new: bool
    dropped: list[str]


def push_version(index: Path, address: str) -> Pushed:
    """Put the vectors of the committed version of an index on the Chroma server at ``address``, and delete there what
    the index has deleted; versions that somebody still reads stay. Raises AnalystError.
    """
    version, server = open_version(index), ChromaServer(address)
    verify(index, version, lambda name: name.startswith("facts/"))
    name = f"{socket.gethostname()}:{index.resolve()}"
    there = server.versions(name)
    is_new = not (version.manifest.version in there and server.has(version.manifest))
    if is_new:
        server.put(version.manifest.version, name, lambda chroma: fill(chroma, version.folder / "facts"))
    kept = {folder.name for folder in (index / FOLDER).iterdir()}
    dropped = sorted(there - kept)
    for old in dropped:
        server.drop(old)
    return Pushed(version.manifest, is_new, dropped)
