"""Work in children of a process, which can be stopped and killed at any moment: they have all that it has loaded.

No thread lives on in a child. What has pools of threads, as Chroma, DuckDB and torch have, is only loaded before.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from typing import Any


def in_child(work: Callable[[], object]) -> int:
    """Do ``work`` in a child of this process, whose number is returned."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def come_through(work: Callable[[], object]) -> None:
    """Do ``work`` in a child. Ends the run if it fails."""
    if os.waitpid(in_child(work), 0)[1]:
        raise SystemExit("A run that was not killed has failed.")


def told_by_child(work: Callable[[], object]) -> Any:
    """What ``work`` returns in a child, as JSON has it. Ends the run if it fails."""
    receives, sends = os.pipe()
    child = in_child(lambda: os.write(sends, json.dumps(work()).encode()))
    os.close(sends)
    with os.fdopen(receives, "rb") as told:
        found = told.read()
    if os.waitpid(child, 0)[1]:
        raise SystemExit("A run that was not killed has failed.")
    return json.loads(found)
