"""How a benchmark tells: progress on stderr, a table and one JSON object on stdout, and the same JSON in a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from index.errors import AnalystError


def note(text: str) -> None:
    """Progress, beside the report."""
    print(text, file=sys.stderr, flush=True)


def check_out(path: Path | None) -> None:
    """Raises AnalystError at the start, not after an hour of measuring, if no file can stand there."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise AnalystError("The report cannot stand here", where=str(path), todo="Give --out a file in a folder.")


def tell(table: Sequence[str], report: Mapping[str, Any], out: Path | None) -> None:
    """The report, printed and saved."""
    print("\n".join(table))
    print(json.dumps(report, ensure_ascii=False))
    if out:
        out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def end(run: Callable[[], Any]) -> NoReturn:
    """Run a benchmark as a command: failures are sentences."""
    try:
        run()
    except (AnalystError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    sys.exit(0)
