"""Writing files that a person asked for: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from index.errors import AnalystError
from index.versions.durable import replace_durably


def check_target(path: Path, endings: tuple[str, ...], what: str) -> None:
    """Raises AnalystError if ``path`` has none of these endings, or is something that must not be replaced."""
    if path.is_dir():
        raise AnalystError("This is a directory, not a file", where=str(path), todo="Add the name of a file to it.")
    if path.suffix.lower() not in endings:
        known = " or ".join(filter(None, [", ".join(endings[:-1]), endings[-1]]))
        raise AnalystError(
            f"{what} ends in {known}", where=str(path), todo=f"Name it so, for example {path.stem}{endings[0]}."
        )
    if path.exists() and not path.is_file():
        raise AnalystError("This is no plain file", where=str(path), todo="Give the name of another file.")
    if not path.parent.is_dir():
        raise AnalystError("There is no such folder", where=str(path.parent), todo="Make it, or name another.")


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` by atomic rename; a file that is there is replaced.

    Raises AnalystError if it cannot be written.
    """
    try:
        replace_durably(path.resolve(), data)  # what a link points to is replaced, not the link
    except OSError as error:
        raise AnalystError(
            f"The file could not be written: {error.strerror or error}",
            where=str(path),
            todo="Check that the folder exists and that there is room and permission.",
        ) from error
