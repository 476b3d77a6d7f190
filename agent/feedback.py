"""What people thought of answers: kept on this machine alone, and handed out as cases of a question suite."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from index.errors import AnalystError

NAME = "feedback.jsonl"
LONGEST_REASON = 1000  # characters
MOST = 5000  # the oldest make room


@dataclass(frozen=True)
class Feedback:
    """Whether the answer to a ``question`` was ``useful``, and why not; ``calls`` are those that were made, as name
    with arguments, ``index`` is the name of the posts.
    """

    question: str
    calls: list[tuple[str, dict[str, Any]]]
    useful: bool
    reason: str = ""
    index: str = ""
    on: str = field(default_factory=lambda: date.today().isoformat())


def keep_feedback(folder: Path, said: Feedback) -> None:
    """Keep it in the user's own folder, in place of what was said of the same question on the same day. Raises
    AnalystError if that cannot be written.
    """
    kept = [each for each in read_feedback(folder) if (each.question, each.on) != (said.question, said.on)]
    lines = [json.dumps(asdict(each), ensure_ascii=False) for each in [*kept, said][-MOST:]]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = folder / f"{NAME}.new"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        new.replace(folder / NAME)
    except OSError as error:
        raise AnalystError(
            f"What you think of it cannot be kept: {error.strerror or error}",
            where=str(folder),
            todo="Check that there is room and that you may write there.",
        ) from error


def read_feedback(folder: Path) -> list[Feedback]:
    """All that is kept, the oldest first; a line that is none is passed over."""
    found = []
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        try:
            raw = json.loads(line)
            found.append(Feedback(**{**raw, "calls": [(str(name), dict(args)) for name, args in raw["calls"]]}))
        except (ValueError, TypeError, KeyError):
            continue
    return found


def suite_of(kept: Sequence[Feedback]) -> str:
    """The answers as a question suite: what was useful must be called so again; what was not is asked, its reason
    beside it, and waits for the right calls to be filled in.
    """
    import yaml

    cases = []
    for number, each in enumerate(kept, 1):
        turn: dict[str, Any] = {"ask": each.question}
        if each.useful:
            turn["calls"] = {"expect": [{"tool": name, "args": args} for name, args in each.calls]}
        cases.append({"id": f"feedback-{number}", "tags": ["useful" if each.useful else "not useful"], "turns": [turn]})
    written = [yaml.safe_dump([case], allow_unicode=True, sort_keys=False) for case in cases]
    notes = [f"# {each.on}, {each.index}: {_note(each)}\n" for each in kept]
    return "".join(note + case for note, case in zip(notes, written, strict=True))


def _note(each: Feedback) -> str:
    reason = " ".join(each.reason.split())[:LONGEST_REASON]
    return (
        "useful"
        if each.useful
        else f"not useful{f' ({reason})' if reason else ''}; called: "
        + (", ".join(name for name, _ in each.calls) or "nothing")
    )
