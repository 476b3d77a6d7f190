"""The page at its address: who may come in, and what is offered there."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import AnalystError

if TYPE_CHECKING:
    from agent.analyst import Analyst
    from agent.memory import Memory
    from agent.page.conversation import Opening


M_ARENA_MAX = -8  # of mallopt
HEAPS = 2
HEAD_START = 3.0  # seconds that the browser has before the models are loaded


def login_of(auth: str | None) -> tuple[str, str] | None:
    """Name and password of ``user:password``. Raises ValueError with a sentence if it is not that."""
    if auth is None:
        return None
    user, _, password = auth.partition(":")
    if not user or not password:
        raise ValueError("--auth wants a name and a password with a colon between them: --auth user:password.")
    return user, password


def check_visitors(host: str, login: tuple[str, str] | None) -> None:
    """Raises ValueError with a sentence if strangers could come in without a login.

    A Hugging Face Space listens to its own gate, which knows whether the Space is public.
    """
    if login is None and not is_this_machine(host) and not in_space():
        raise ValueError(
            f"Listening on {host} lets others in: give a login with --auth user:password (or ANALYST_AUTH), "
            "or leave out --host."
        )


def is_this_machine(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def in_space() -> bool:
    """Whether this is a Hugging Face Space: they all set SPACE_ID."""
    return bool(os.environ.get("SPACE_ID"))


def share_heaps() -> None:
    """Let all threads share a few heaps, as long as there are hardly any threads.

    The C library of Linux else gives each thread a heap of its own, of which little is ever given back: the page, whose
    every answer is a thread, would grow for hours.
    """
    if sys.platform == "linux":
        import ctypes

        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # not every C library has it
        if mallopt is not None:
            mallopt(M_ARENA_MAX, HEAPS)


def check_port(host: str, port: int) -> None:
    """Raises AnalystError if nobody can listen there, before seconds are spent on making the page."""
    name = host.strip("[]")
    try:
        socket.create_server((name, port), family=socket.AF_INET6 if ":" in name else socket.AF_INET).close()
    except OSError as error:
        reason = str(error.strerror or error).partition(" (while")[0]
        raise AnalystError(
            f"Nobody can listen on port {port}: {reason}",
            where=host,
            todo="Choose another one with --port, or close what uses it.",
        ) from error


def _start_soon(opening: Opening) -> None:
    """Load the models: when the first visitor's page is there, and if nobody comes, after a moment.

    Done at once it would take the processor from the browser that was waiting for the page.
    """
    later = threading.Timer(HEAD_START, opening.start)
    later.daemon = True
    later.start()


def serve_page(
    open_with: Callable[[Memory], Analyst],
    served: Path,
    folder: Path,
    *,
    host: str,
    port: int,
    login: tuple[str, str] | None,
    mcp: bool,
) -> None:
    """Serve the index ``served`` and those of ``folder`` until Ctrl-C; the models load behind the page.

    Raises AnalystError if the port is taken.
    """
    check_port(host, port)
    share_heaps()
    from agent import console
    from agent.memory import Memory, state_folder
    from agent.page.catalogue import Shelf
    from agent.page.conversation import Opening
    from agent.page.layout import build_page, launch
    from agent.page.saved import Kept
    from agent.page.start import import_gradio

    import_gradio()
    memory = Memory(state_folder())
    opening = Opening(lambda: open_with(memory))
    beside, tools = None, ""
    if mcp:
        from agent.mcp import PATH, McpServer

        beside = McpServer(opening, login=login, only_here=is_this_machine(host)).app_kwargs()
    page = build_page(opening, Shelf(opening, served=served, folder=folder), Kept(memory, served))
    address = launch(page, host=host, port=port, auth=login, beside=beside)
    _start_soon(opening)
    if mcp:
        tools = f"; the tools are offered over MCP at {address.rstrip('/')}{PATH}"
    console.say(f"Audience Analyst is open at {address}{tools} (Ctrl-C closes it).")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        page.close(verbose=False)
        console.say("Closed.")
