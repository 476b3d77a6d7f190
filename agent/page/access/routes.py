"""Which paths of the page there are: some for everybody, some for those who are in, and no others.

Gradio serves much that this page never asks for: files by their path, a proxy to other sites, its own interfaces for
programs, monitoring, recordings, an editor. What is not listed here does not exist for anybody, and a route that a
later version brings is closed until somebody lists it (``docs/routes.md``).
"""

from __future__ import annotations

# What the form of the login is made of, and what tells nothing.
OPEN = frozenset(
    ("/", "/login", "/logout", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json",
     "/gradio_api/app_id", "/gradio_api/startup-events")
)  # fmt: skip
OPEN_FOLDERS = ("/assets/", "/static/")
# What the page itself asks for once somebody is in.
INSIDE = frozenset(
    ("/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/run/predict", "/gradio_api/upload",
     "/gradio_api/upload_progress", "/gradio_api/cancel", "/gradio_api/reset")
)  # fmt: skip
INSIDE_FOLDERS = ("/gradio_api/heartbeat/",)


def is_open(path: str) -> bool:
    """Whether everybody may ask for ``path``, which has no slash at its end."""
    return path in OPEN or (path.startswith(OPEN_FOLDERS) and not _climbs(path))


def exists(path: str) -> bool:
    """Whether anybody may."""
    return is_open(path) or path in INSIDE or (path.startswith(INSIDE_FOLDERS) and not _climbs(path))


def _climbs(path: str) -> bool:
    """Whether a path leads out of its folder."""
    return "\\" in path or not {"", ".", ".."}.isdisjoint(path.split("/")[1:])
