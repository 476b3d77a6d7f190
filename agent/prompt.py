"""Questions typed in the terminal: with a history, completion of names, and the next steps by their number."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.library import Library

HISTORY = "questions.txt"
MOST_KEPT = 1000  # questions
MOST_OFFERED = 50  # completions of one beginning


class Prompt:
    """What is typed about the posts of ``library``, line by line; handles and communities are completed.

    ``offered`` are questions that can be asked by their number.
    """

    def __init__(self, library: Library, history: Path) -> None:
        self.offered: Sequence[str] = ()
        self._library = library
        self._names: list[str] = []
        self._history = history
        self._readline = _readline() if sys.stdin.isatty() else None
        if self._readline is not None:
            self._remember(self._readline.read_history_file)
            self._readline.set_history_length(MOST_KEPT)
            self._readline.set_completer(self.complete)
            self._readline.set_completer_delims(" \t\n,;?!")
            self._readline.parse_and_bind("tab: complete")

    def complete(self, begun: str, number: int) -> str | None:
        """The name with this ``number`` among those that begin so, in any case; None behind the last."""
        if not self._names:
            handles = (f"@{name}" for name in self._library.authors.values())
            self._names = [*handles, *self._library.communities.values()]
        found = [name for name in self._names if begun and name.casefold().startswith(begun.casefold())]
        return found[number] if number < min(len(found), MOST_OFFERED) else None

    def __iter__(self) -> Iterator[str]:
        """Each question, without empty lines; ends with ``exit`` or the end of the input."""
        prompt = "\n> " if sys.stdin.isatty() else ""
        while True:
            try:
                question = input(prompt).strip()
            except (EOFError, KeyboardInterrupt):
                return
            if question.lower() in {"exit", "quit"}:
                return
            if question.isdecimal() and 1 <= int(question) <= len(self.offered):
                question = self.offered[int(question) - 1]
            if question:
                if self._readline is not None:
                    self._remember(self._readline.write_history_file)
                yield question

    def _remember(self, act: Callable[[str], None]) -> None:
        """Read or write the history, readable by its user alone; talks go on without one."""
        try:
            self._history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._history.touch(mode=0o600)
            act(str(self._history))
        except OSError:
            pass


def _readline() -> Any:
    """Line editing where there is any: not on every system."""
    try:
        import readline
    except ImportError:
        return None
    return readline
