"""The page at its address: who may come in, what is offered there, and what the browser may ask for."""

from __future__ import annotations

import inspect
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.page.access.hosts import Hosts, in_space, is_this_machine
from index.errors import AnalystError

if TYPE_CHECKING:
    import gradio as gr

    from agent.analyst import Analyst
    from agent.memory import Memory
    from agent.page.opening import Opening


PRIVATE = 0o077  # what visitors bring and ask is nobody else's on this machine
M_ARENA_MAX = -8  # of mallopt
HEAPS = 2
HEAD_START = 3.0  # seconds that the browser has before the models are loaded
UNSAID = {"openapi_url": None, "docs_url": None, "redoc_url": None}  # nobody needs a list of the routes
LOGIN = "Audience Analyst: log in with the name and the password that you were given."
# The browser refuses whatever would come from outside this server, even if some markup slipped through.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors "
)
# Nobody shows the page inside another one; a Space is shown inside a page of the hub.
NO_FRAMES, HUB_FRAMES = "'none'", "'self' https://huggingface.co"


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


def policy() -> str:
    """``POLICY``; in a Hugging Face Space the hub may frame the page."""
    return POLICY + (HUB_FRAMES if in_space() else NO_FRAMES)


def headers() -> tuple[tuple[bytes, bytes], ...]:
    """What every answer says to browsers: they ask no other server, show the page in no other one, guess no types."""
    always = (
        (b"content-security-policy", policy().encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    )
    alone = ((b"x-frame-options", b"DENY"), (b"cross-origin-resource-policy", b"same-origin"))
    return always if in_space() else (*always, *alone)


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


def launch(
    page: gr.Blocks, *, host: str, port: int, auth: tuple[str, str] | None = None, beside: dict[str, Any] | None = None
) -> str:
    """Serve the page in the background and return its address; ``beside`` is what else the web application takes in.

    Raises AnalystError if the port is taken.
    """
    from starlette.middleware import Middleware

    from agent.page.access.gate import Gate
    from agent.page.style import css, head, theme
    from agent.page.uploads.session import LARGEST

    gate = Middleware(
        Gate,
        hosts=Hosts(host),
        login=auth is not None,
        largest=LARGEST,
        own_login={route.path: route.endpoint.lets_in for route in (beside or {}).get("routes", ())},
        headers=headers(),
        framed=in_space(),
    )
    try:
        _, url, _ = page.queue(default_concurrency_limit=8).launch(
            server_name=host, server_port=port, auth=auth, theme=theme(), css=css(), head=head(),
            prevent_thread_lock=True,
            quiet=True, share=False, show_error=False, footer_links=[], run_history=False, ssr_mode=False,
            enable_monitoring=False, mcp_server=False, max_file_size=LARGEST, auth_message=LOGIN,
            app_kwargs={**(beside or {}), **UNSAID, "middleware": [gate]},
        )  # fmt: skip
    except OSError as error:
        raise AnalystError(
            f"Port {port} is taken", where=host, todo="Choose another one with --port, or close what uses it."
        ) from error
    return str(url)


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
    os.umask(PRIVATE)
    from agent import console
    from agent.memory import Memory, state_folder
    from agent.page.build import build_page
    from agent.page.opening import Opening
    from agent.page.saved import SavedConversations
    from agent.page.uploads.catalogue import IndexCatalogue

    import_gradio()
    memory = Memory(state_folder())
    opening = Opening(lambda: open_with(memory))
    beside, tools = None, ""
    if mcp:
        from agent.mcp import PATH, McpServer

        beside = McpServer(opening, login=login, only_here=is_this_machine(host)).app_kwargs()
    page = build_page(
        opening, IndexCatalogue(opening, served=served, folder=folder), SavedConversations(memory, served)
    )
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
