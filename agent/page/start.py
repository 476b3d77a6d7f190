"""Gradio, imported without what it does for those who write programs with it."""

from __future__ import annotations

import inspect
import sys


def import_gradio() -> None:
    """Import Gradio, and keep it from writing a type stub for each of its components.

    It does so at every start, into its own folder, and that takes as long as all the rest of the import; where a class
    comes from no file it leaves it out.
    """
    found = inspect.getfile

    def getfile(thing: object) -> str:
        if sys._getframe(1).f_code.co_name == "create_or_modify_pyi":
            raise OSError("No stub is wanted.")
        return found(thing)  # type: ignore[arg-type]

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        import gradio  # noqa: F401
    finally:
        inspect.getfile = found
